// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shares the event loop between long work and events that must not wait.
 * @module
 */

/**
 * Length of a slice of long work, in milliseconds. An event needs three turns, each of which may
 * hold one slice; a turn costs some 20 µs.
 */
const SLICE_MS = 0.5;
/**
 * Length of a slice of background work while no events come in, in milliseconds. Its turn and its
 * snapshot of the store cost a tenth of a short slice.
 */
const QUIET_SLICE_MS = 2;
/** Share of the time that background work gets while events come in. */
const BACKGROUND_SHARE = 1 / 16;
/** Events come in if one came within this time, in milliseconds. */
const RUSH_MS = 20;

/**
 * Waits for one turn of the event loop, in which data that has arrived is read. `setImmediate` is
 * the cheapest way (5 µs; a message port takes 11, a timer 2,000).
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Runs long work in slices, one slice a turn for all jobs together, so that an event waits no
 * longer when there are many jobs.
 */
export class Pace {
  readonly #nextTurn: () => Promise<void>;
  readonly #waiting: (() => void)[] = [];
  /** Time at which the current slice ends. */
  #sliceEnd = 0;
  #turning = false;
  /** Time until which events are taken to come in. */
  #rushEnd = 0;
  /** Time before which no background work goes on while events come in. */
  #restEnd = 0;

  /**
   * @param turn Waits for a turn in which data that has arrived is read; never rejects. It is not
   * called while it waits.
   */
  constructor(turn: () => Promise<void> = nextTurn) {
    this.#nextTurn = turn;
  }

  /**
   * Runs `steps` to their end; the first slice runs at once.
   *
   * @throws {unknown} The error of a step.
   */
  async run<T>(steps: Generator<void, T, void>): Promise<T> {
    if (this.#isOver()) this.#begin();
    while (true) {
      const step = steps.next();
      if (step.done) return step.value;
      if (this.#isOver()) await this.turn();
    }
  }

  /** Notes that an event came in. */
  rush(): void {
    this.#rushEnd = performance.now() + RUSH_MS;
  }

  /**
   * Runs `steps` to their end, in slices as `sliceAtLeisure` does.
   *
   * @throws {unknown} The error of a step.
   */
  async runAtLeisure<T>(steps: Generator<void, T, void>): Promise<T> {
    while (true) {
      const last = await this.sliceAtLeisure((isOver) => {
        let step = steps.next();
        while (!step.done && !isOver()) step = steps.next();
        return step;
      });
      if (last.done) return last.value;
    }
  }

  /**
   * Runs one slice of work that leaves most of the time to events while they come in: `run` leaves
   * them half of it. All such work together gets one share.
   *
   * @param slice Works until its argument returns true.
   * @returns The result of the slice.
   * @throws {unknown} The error of the slice.
   */
  async sliceAtLeisure<T>(slice: (isOver: () => boolean) => T): Promise<T> {
    do {
      await this.#rest();
      await this.turn();
    } while (this.#restMs() > 0);
    const start = performance.now();
    const sliceEnd = start < this.#rushEnd
      ? this.#sliceEnd
      : start + QUIET_SLICE_MS;
    try {
      return slice(() => performance.now() >= sliceEnd);
    } finally {
      const end = performance.now();
      this.#restEnd = end + (end - start) * (1 / BACKGROUND_SHARE - 1);
    }
  }

  async #rest(): Promise<void> {
    for (let ms = this.#restMs(); ms > 0; ms = this.#restMs()) {
      await new Promise<void>((resolve) => setTimeout(resolve, ms));
    }
  }

  /** Time for which no background work may go on, in milliseconds. */
  #restMs(): number {
    const now = performance.now();
    return now < this.#rushEnd ? Math.max(0, this.#restEnd - now) : 0;
  }

  /**
   * Waits until more work may be done. Await it before each piece of long work: it resolves at once
   * during a slice, else when the next slice begins.
   */
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
