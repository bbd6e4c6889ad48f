// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Starts the daemon in the background, or restarts it.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { stopDaemon } from "../stop/run.ts";
import { printDaemonStarted } from "./print.ts";

/** Time to wait until a daemon is ready, in milliseconds. */
const READY_MS = 10_000;

/**
 * Runs `kaizen daemon start --background`.
 *
 * @throws What `startDaemon` throws.
 */
export async function runDaemonStart(run: Run): Promise<void> {
  const { startDaemon } = await import("../../launch/mod.ts");
  const { settings } = run;
  const result = await startDaemon({
    paths: settings.paths(),
    readyMs: settings.timeoutMs(READY_MS),
  });
  await printDaemonStarted(result, run);
}

/**
 * Runs `kaizen daemon restart`. Starts the daemon even if none was running.
 *
 * @throws What `startDaemon` and `stopDaemon` throw.
 */
export async function runDaemonRestart(run: Run): Promise<void> {
  await stopDaemon({ waits: true }, run);
  await runDaemonStart(run);
}
