// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The deadline of a hook as a plain number, in milliseconds of `performance.now()`.
 * @module
 */

/** Time from the complete input to the end, in milliseconds. */
const TOTAL_MS = 200;
/** The part of it that a daemon may use, in milliseconds; the rest is for the disk. */
const DAEMON_MS = 150;
/** With less time left no daemon is asked, in milliseconds. */
const LEAST_MS = 15;

/**
 * Returns the deadline of a hook whose input is complete now, in milliseconds of
 * `performance.now()`.
 */
export function hookDeadline(): number {
  return performance.now() + TOTAL_MS;
}

/**
 * Returns the timeout in milliseconds for a daemon that is asked now, or null if it is too late to
 * ask.
 */
export function daemonTimeoutMs(deadlineMs: number): number | null {
  const left = Math.floor(deadlineMs - performance.now());
  return left < LEAST_MS ? null : Math.min(DAEMON_MS, left);
}
