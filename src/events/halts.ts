// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the ends of each thread's turns by time.
 * @module
 */
import type { Mark } from "./marks.ts";
import { earlierOf, isBefore, laterOf, type Moment } from "./moment.ts";

/** The halts, interrupts and ends of a session's threads. */
export class Halts {
  readonly #byThread = new Map<string, Mark[]>();
  /** The ends of the session, which end all threads. */
  readonly #ends: Mark[] = [];

  /** @param marks In order. */
  constructor(marks: readonly Mark[]) {
    for (const mark of marks) {
      const [kind, , thread] = mark;
      if (kind === "end") this.#ends.push(mark);
      if (kind !== "halt" && kind !== "interrupt") continue;
      const list = this.#byThread.get(thread);
      if (list === undefined) this.#byThread.set(thread, [mark]);
      else list.push(mark);
    }
  }

  /**
   * Returns the user's interrupt that ended the thread's calls of `moment`; null if no halt or
   * another one ended them.
   */
  interruptAfter(thread: string, moment: Moment): Moment | null {
    const halts = this.#byThread.get(thread) ?? [];
    const [kind, at = null] = halts[countBefore(halts, moment)] ?? [];
    const [, end = null] = this.#ends[countBefore(this.#ends, moment)] ?? [];
    return kind === "interrupt" && earlierOf(at, end) === at ? at : null;
  }

  /** Returns the last halt of the thread before `moment`, or null. */
  lastBefore(thread: string, moment: Moment): Moment | null {
    const halts = this.#byThread.get(thread) ?? [];
    const [, at = null] = halts[countBefore(halts, moment) - 1] ?? [];
    const [, end = null] = this.#ends[countBefore(this.#ends, moment) - 1] ??
      [];
    return laterOf(at, end);
  }
}

function countBefore(marks: readonly Mark[], moment: Moment): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const mark = marks[middle];
    if (mark !== undefined && isBefore(mark[1], moment)) low = middle + 1;
    else high = middle;
  }
  return low;
}
