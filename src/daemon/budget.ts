// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A bounded amount of a resource that many connections share.
 * @module
 */

/** Lets its users spend while less than `limit` is spent, first come, first served. */
export class Budget {
  readonly limit: number;
  #spent = 0;
  #drawn = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The amount that is spent now. It exceeds the limit at most by the last user's amount. */
  get spent(): number {
    return this.#spent;
  }

  /** The amount that was ever spent. */
  get drawn(): number {
    return this.#drawn;
  }

  /** Number of users that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs `spend` as soon as less than the limit is spent. It runs synchronously then, so its amount
   * is counted before another user spends.
   *
   * @param spend Returns the amount that it spent.
   * @throws {unknown} The error of `spend`, or the signal's reason if it is aborted while waiting.
   */
  async draw(spend: () => number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // While a user waits, the limit is spent: `give` ensures that.
    if (this.#spent < this.limit) {
      this.#spend(spend());
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const turn = () => {
      try {
        this.#spend(spend());
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    const giveUp = () => {
      this.#waiting.delete(turn);
      reject(signal.reason);
    };
    this.#waiting.add(turn);
    signal.addEventListener("abort", giveUp);
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #spend(amount: number): void {
    this.#spent += amount;
    this.#drawn += amount;
  }

  /** Returns an amount that was spent. */
  give(amount: number): void {
    this.#spent -= amount;
    for (const turn of this.#waiting) {
      if (this.#spent >= this.limit) return;
      this.#waiting.delete(turn);
      turn();
    }
  }
}
