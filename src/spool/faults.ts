// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Places where a test lets the process die.
 * @module
 */

/** Dies, as by `kill -9`, if `point` is the one that was asked for. */
export type Fault = (point: string) => void;

/**
 * Reads `KAIZEN_FAULT`: the name of the one point where this process is to be killed.
 *
 * @param wanted The variable's value.
 */
export function faultAt(wanted: string | undefined): Fault {
  return (point) => {
    if (point === wanted) Deno.kill(Deno.pid, "SIGKILL");
  };
}
