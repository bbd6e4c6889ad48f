// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen stop`, and its result.
 * @module
 */

/** Options of `kaizen stop`. */
export interface StopOptions {
  /** False: return as soon as the daemon agrees to stop. */
  waits: boolean;
}

/** The result of stopping. */
export interface StopResult {
  /** False only without waiting: the daemon has agreed to stop. */
  stopped: boolean;
  was_running: boolean;
  pid: number | null;
  message: string;
}
