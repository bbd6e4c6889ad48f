// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whether a path is that of a program.
 * @module
 */

const MAY_RUN = 0o111;

/** Whether a path is that of a file that may be run. */
export function canRun(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & MAY_RUN) !== 0;
  } catch {
    return false;
  }
}
