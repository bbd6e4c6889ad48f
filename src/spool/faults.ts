// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Points at which a test kills the process.
 * @module
 */

/** Dies as by `kill -9` if `point` is the wanted one. */
export type Fault = (point: string) => void;

/**
 * Reads `KAIZEN_FAULT`, the name of the one point at which this process is killed.
 *
 * @param wanted The variable's value.
 */
export function faultAt(wanted: string | undefined): Fault {
  return (point) => {
    if (point === wanted) Deno.kill(Deno.pid, "SIGKILL");
  };
}
