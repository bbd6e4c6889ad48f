// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A bounded amount of something that many connections share.
 * @module
 */

/** Lets its users spend while less than `limit` is spent, first come, first served. */
export class Budget {
  readonly limit: number;
  #spent = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** How much is spent at this moment; more than the limit by what the last one spent, at most. */
  get spent(): number {
    return this.#spent;
  }

  /**
   * Runs `spend` as soon as less than the limit is spent. It runs at once then, so what it makes is counted before anybody
   * else makes more.
   *
   * @param spend Returns how much it spent.
   * @throws {unknown} What `spend` throws, or the signal's reason if it is aborted while waiting.
   */
  async draw(spend: () => number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // While anybody waits, the limit is spent: `give` saw to that.
    if (this.#spent < this.limit) {
      this.#spent += spend();
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const turn = () => {
      try {
        this.#spent += spend();
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

  /** Gives back what was spent. */
  give(amount: number): void {
    this.#spent -= amount;
    for (const turn of this.#waiting) {
      if (this.#spent >= this.limit) return;
      this.#waiting.delete(turn);
      turn();
    }
  }
}
