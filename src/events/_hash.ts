// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Short hashes (FNV-1a), to compare texts without keeping them.
 * @module
 */

const BASIS = 0x811c9dc5;
const OTHER_BASIS = 0x4b9a3f17;
const PRIME = 0x01000193;
const NAME_BITS = 0xffff;

/** Returns the 32-bit hash of a range of bytes as digits. */
export function hashPart(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  let hash = BASIS;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), PRIME);
  }
  return String(hash >>> 0);
}

/** Returns a 64-bit hash of all parts, one after the other, as digits. */
export function hashBytes(...parts: readonly Uint8Array[]): string {
  let [one, other] = [BASIS, OTHER_BASIS];
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const byte = part[i] ?? 0;
      one = Math.imul(one ^ byte, PRIME);
      other = Math.imul(other ^ byte, PRIME);
    }
  }
  return `${one >>> 0}${other >>> 0}`;
}

/** Returns the 16-bit hash of a short name as digits. */
export function hashName(name: string): string {
  let hash = BASIS;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), PRIME);
  }
  return String((hash ^ hash >>> 16) & NAME_BITS);
}
