// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How commands ask the daemon: deadlines by role, and a daemon of our own started where none runs.
 * @module
 */
import { type ClientOptions, NotRunningError } from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";

/** Deadlines of one request, in milliseconds. */
export const STATUS_TIMEOUT_MS = 500;
export const STOP_TIMEOUT_MS = 5_000;
export const STOP_CONNECT_TIMEOUT_MS = 500;
export const READ_TIMEOUT_MS = 10_000;
/** How long `sessions` and `detail` wait for a daemon that they start, in milliseconds. */
const START_TIMEOUT_MS = 3_000;

/**
 * Where to ask, and for how long.
 *
 * @param fallbackMs The deadline if none was given.
 */
export function clientOptions(run: Run, fallbackMs: number): ClientOptions {
  return {
    socket: run.settings.paths().socket,
    connect: run.context.connect,
    timeoutMs: run.settings.timeoutMs(fallbackMs),
  };
}

/**
 * Asks, and if no daemon runs starts ours and asks again.
 *
 * @throws What `ask` throws, and what starting a daemon throws.
 */
export async function askOrStart<T>(
  run: Run,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NotRunningError) || !run.settings.mayStart) {
      throw error;
    }
  }
  const { startDaemon } = await import("../../launch/mod.ts");
  const { started, pid } = await startDaemon({
    paths: run.settings.paths(),
    readyMs: START_TIMEOUT_MS,
  });
  const isWatched = run.context.stderr.isTerminal() || run.settings.isVerbose;
  if (started && isWatched) {
    const { printNote } = await import("../shell/print.ts");
    await printNote(run, `started the daemon (pid ${pid})`);
  }
  return await ask();
}
