// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Numbers that look random and follow from a seed.
 * @module
 */

/** A generator; the same seed gives the same numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns a generator that follows from the bytes, so that an input tells all about its run. */
  static of(bytes: Uint8Array): Random {
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return new Random(hash);
  }

  /** Returns an integer from 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * below);
  }

  /** Returns true once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /**
   * Returns one of the values.
   *
   * @throws {RangeError} If there is none.
   */
  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError("Cannot pick: no values");
    return value;
  }
}
