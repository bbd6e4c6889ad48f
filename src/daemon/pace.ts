// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shares the event loop between long work and events that must not wait.
 * @module
 */

/** How long work goes on before it lets others run. */
const SLICE_MS = 2;

/**
 * Waits for one turn of the event loop, so that what has arrived is looked at. `setImmediate` is the cheapest way to do that
 * (5 µs; a message port takes 11, a timer 2,000).
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs long work in slices, one slice a turn whatever the number of works: an event then waits for one slice at most. */
export class Pace {
  readonly #waiting: (() => void)[] = [];
  #turning = false;

  /**
   * Runs `steps` to their end, the first slice at once.
   *
   * @throws {unknown} What a step throws.
   */
  async run<T>(steps: Generator<void, T, void>): Promise<T> {
    for (let began = performance.now();;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() - began < SLICE_MS) continue;
      await this.#turn();
      began = performance.now();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#turning) return;
      this.#turning = true;
      setImmediate(() => this.#next());
    });
  }

  #next(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
    else this.#turning = false;
  }
}
