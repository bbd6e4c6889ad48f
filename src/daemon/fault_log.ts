// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The lines of the log about faults of clients, which are bounded: thousands of clients that
 * misbehave must neither keep the daemon writing nor push all other lines out of the log.
 * @module
 */
import type { Log } from "./log.ts";

/** Maximum number of lines between two refills. */
export const MAX_FAULT_LINES = 20;

/** Writes the first faults, and counts the others. */
export class FaultLog {
  readonly #log: Log;
  #lines = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Writes a line unless there were too many. */
  readonly write: Log = (...line) => {
    if (this.#lines++ < MAX_FAULT_LINES) this.#log(...line);
  };

  /** Allows as many lines again, and writes how many were left out. */
  refill(): void {
    const omitted = this.#lines - MAX_FAULT_LINES;
    this.#lines = 0;
    if (omitted <= 0) return;
    this.#log("warn", "more clients failed", { count: omitted });
  }
}
