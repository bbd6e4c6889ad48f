// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Starts our daemon in the background, or again.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { stopDaemon } from "../stop/run.ts";
import { printDaemonStarted } from "./print.ts";

/** How long a daemon may take until it is ready, in milliseconds. */
const READY_MS = 10_000;

/** `kaizen daemon start --background`. @throws As `startDaemon`. */
export async function runDaemonStart(run: Run): Promise<void> {
  const { startDaemon } = await import("../../launch/mod.ts");
  const { settings } = run;
  const result = await startDaemon({
    paths: settings.paths(),
    readyMs: settings.timeoutMs(READY_MS),
  });
  await printDaemonStarted(result, run);
}

/** `kaizen daemon restart`; also where none runs. @throws As `startDaemon` and `stopDaemon`. */
export async function runDaemonRestart(run: Run): Promise<void> {
  await stopDaemon({ waits: true }, run);
  await runDaemonStart(run);
}
