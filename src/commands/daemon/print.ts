// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints that a daemon is running.
 * @module
 */
import type { StartResult } from "../../launch/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines, printText } from "../shell/print.ts";

/** Prints the daemon that was started in the background, or was already running. */
export async function printDaemonStarted(
  result: StartResult,
  run: Run,
): Promise<void> {
  const { started, pid, socket, log } = result;
  if (run.settings.format !== "text") {
    return await printJson(run, { running: true, started, pid, socket, log });
  }
  await printLines(run, [
    started ? "daemon started" : "daemon already running",
    `pid: ${pid}`,
    `socket: ${socket}`,
    `log: ${log}`,
  ]);
}

/** Prints that the daemon in this process is ready. */
export async function printDaemonReady(
  { pid, socket }: { pid: number; socket: string },
  run: Run,
): Promise<void> {
  return run.settings.format === "text"
    ? await printText(run, `daemon ready: pid ${pid}, socket ${socket}\n`)
    : await printJson(run, { ready: true, pid, socket });
}
