// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long a hook may take.
 * @module
 */

/** From having its input to its end, in milliseconds. */
const TOTAL_MS = 200;
/** What a daemon may take of it, in milliseconds; the rest is for the disk. */
const DAEMON_MS = 150;
/** With less than this left no daemon is asked any more, in milliseconds. */
const LEAST_MS = 15;

/** Counts down from the moment it is made. */
export class Budget {
  readonly #start = performance.now();

  /** What is left, in milliseconds; never less than 0. */
  leftMs(): number {
    return Math.max(0, TOTAL_MS - (performance.now() - this.#start));
  }

  /** Deadline in milliseconds for a daemon that is asked now, or null if it is too late to ask. */
  daemonMs(): number | null {
    const left = Math.floor(this.leftMs());
    return left < LEAST_MS ? null : Math.min(DAEMON_MS, left);
  }
}
