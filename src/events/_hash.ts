// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Short hashes of bytes, to tell texts apart without keeping them.
 * @module
 */

const PRIME = 0x01000193;
const BASE = 36;

/** Mixes bytes into two 32-bit hashes (FNV-1a, and the same on every byte's complement). */
export class Hasher {
  #a = 0x811c9dc5;
  #b = 0x4b9a3f17;

  /** Adds bytes. */
  add(bytes: Uint8Array): this {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      a = Math.imul(a ^ byte, PRIME);
      b = Math.imul(b ^ byte ^ 0xff, PRIME) + (a >>> 24);
    }
    this.#a = a;
    this.#b = b;
    return this;
  }

  /** The hash of everything added, a text of at most 11 characters. */
  end(): string {
    return (this.#a >>> 0).toString(BASE) +
      ((this.#b >>> 9) % BASE ** 4).toString(BASE);
  }
}

/** The hash of some bytes, a text of at most 11 characters. */
export function hashBytes(bytes: Uint8Array): string {
  return new Hasher().add(bytes).end();
}

/** The hash of a text, a text of at most 11 characters. */
export function hashText(text: string): string {
  return hashBytes(encoder.encode(text));
}

const encoder = new TextEncoder();
