// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints that a daemon is running.
 * @module
 */
import type { StartResult } from "../../launch/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printPlainLines } from "../shell/print.ts";

/** Prints the daemon that was started in the background, or was already running. */
export async function printDaemonStarted(
  result: StartResult,
  run: Run,
): Promise<void> {
  const { started, pid, socket, log } = result;
  if (run.settings.format !== "text") {
    return await printJson(run, { running: true, started, pid, socket, log });
  }
  await printPlainLines(run, [
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
    ? await printPlainLines(run, [
      `daemon ready: pid ${pid}, socket ${socket}`,
    ])
    : await printJson(run, { ready: true, pid, socket });
}
