// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long a hook may take, as a plain number: the time on the process's own clock when it must have ended.
 * @module
 */

/** From having its input to its end, in milliseconds. */
const TOTAL_MS = 200;
/** The part of it that a daemon may take, in milliseconds; the rest is for the disk. */
const DAEMON_MS = 150;
/** With less than this left no daemon is asked any more, in milliseconds. */
const LEAST_MS = 15;

/** Returns the deadline of a hook that has its input now, in milliseconds of `performance.now()`. */
export function hookDeadline(): number {
  return performance.now() + TOTAL_MS;
}

/** Returns the timeout in milliseconds for a daemon that is asked now, or null if it is too late to ask. */
export function daemonTimeoutMs(deadlineMs: number): number | null {
  const left = Math.floor(deadlineMs - performance.now());
  return left < LEAST_MS ? null : Math.min(DAEMON_MS, left);
}
