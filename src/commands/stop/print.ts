// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the result of stopping the daemon.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";
import type { StopResult } from "./options.ts";

/** Prints whether the daemon was stopped. */
export async function printStopped(
  result: StopResult,
  run: Run,
): Promise<void> {
  if (run.settings.format !== "text") return await printJson(run, result);
  const process = result.pid === null ? "" : ` (pid ${result.pid})`;
  await printLines(run, [
    !result.was_running
      ? "The daemon is not running."
      : result.stopped
      ? `Stopped the daemon${process}.`
      : `The daemon${process} is stopping.`,
  ]);
}
