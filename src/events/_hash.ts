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
  return String(mix(bytes, { start, end, basis: BASIS }));
}

/** Returns a 64-bit hash of bytes as digits. */
export function hashBytes(bytes: Uint8Array): string {
  const all = { start: 0, end: bytes.length };
  const first = mix(bytes, { ...all, basis: BASIS });
  return `${first}${mix(bytes, { ...all, basis: OTHER_BASIS })}`;
}

/** Returns the 16-bit hash of a short name as digits. */
export function hashName(name: string): string {
  let hash = BASIS;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), PRIME);
  }
  return String((hash ^ hash >>> 16) & NAME_BITS);
}

function mix(
  bytes: Uint8Array,
  { start, end, basis }: { start: number; end: number; basis: number },
): number {
  let hash = basis;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), PRIME);
  }
  return hash >>> 0;
}
