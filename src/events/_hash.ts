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

/** A 64-bit hash of bytes that are added in parts. */
export class BytesHash {
  #one = BASIS;
  #other = OTHER_BASIS;

  /** Adds a range of bytes, by default all. */
  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let [one, other] = [this.#one, this.#other];
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      one = Math.imul(one ^ byte, PRIME);
      other = Math.imul(other ^ byte, PRIME);
    }
    this.#one = one;
    this.#other = other;
  }

  /** The hash as digits. */
  get digits(): string {
    return `${this.#one >>> 0}${this.#other >>> 0}`;
  }
}

/** Returns the 64-bit hash of bytes as digits. */
export function hashBytes(bytes: Uint8Array): string {
  const hash = new BytesHash();
  hash.add(bytes);
  return hash.digits;
}

/** Returns the 16-bit hash of a short name as digits. */
export function hashName(name: string): string {
  let hash = BASIS;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), PRIME);
  }
  return String((hash ^ hash >>> 16) & NAME_BITS);
}
