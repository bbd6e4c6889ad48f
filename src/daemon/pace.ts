// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shares the event loop between long work and events that must not wait.
 * @module
 */

/** How long work goes on before it lets others run. An event needs three turns, each of which may hold a slice; a turn costs some 20 µs. */
const SLICE_MS = 0.5;

/**
 * Waits for one turn of the event loop, so that what is known to have arrived is looked at. `setImmediate` is the cheapest way to do
 * that (5 µs; a message port takes 11, a timer 2,000).
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs long work in slices, one slice a turn for all works together, so that an event waits no longer when there are many. */
export class Pace {
  readonly #nextTurn: () => Promise<void>;
  readonly #waiting: (() => void)[] = [];
  /** When the slice that runs has to end. */
  #sliceEnd = 0;
  #turning = false;

  /** @param turn Waits for a turn in which what has arrived is looked at; never rejects, and is not called while it waits. */
  constructor(turn: () => Promise<void> = nextTurn) {
    this.#nextTurn = turn;
  }

  /**
   * Runs `steps` to their end, the first slice at once.
   *
   * @throws {unknown} What a step throws.
   */
  async run<T>(steps: Generator<void, T, void>): Promise<T> {
    if (this.#isOver()) this.#begin();
    while (true) {
      const step = steps.next();
      if (step.done) return step.value;
      if (this.#isOver()) await this.turn();
    }
  }

  /** To be awaited before each piece of long work: resolves at once while the slice goes on, else when the next one may begin. */
  async turn(): Promise<void> {
    if (!this.#isOver()) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#turning) this.#turn();
    });
  }

  #isOver(): boolean {
    return performance.now() >= this.#sliceEnd;
  }

  #begin(): void {
    this.#sliceEnd = performance.now() + SLICE_MS;
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    while (this.#waiting.length > 0) {
      await this.#nextTurn();
      this.#begin();
      this.#waiting.shift()?.();
    }
    this.#turning = false;
  }
}
