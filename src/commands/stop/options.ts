// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen stop`, and its result.
 * @module
 */

/** What is wanted of `stop`. */
export interface StopOptions {
  /** False: return once the daemon has agreed. */
  waits: boolean;
}

/** How stopping went. */
export interface StopResult {
  /** False only without waiting: it has agreed to. */
  stopped: boolean;
  was_running: boolean;
  pid: number | null;
  message: string;
}
