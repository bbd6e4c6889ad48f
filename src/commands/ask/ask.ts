// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How commands send requests: timeouts by command, and starting a daemon if none is running.
 * @module
 */
import {
  type ClientOptions,
  NotRunningError,
  ProtocolError,
} from "../../client/mod.ts";
import type { Run } from "../shell/cli.ts";

/** Timeouts of one request in milliseconds. */
export const STATUS_TIMEOUT_MS = 500;
export const STOP_TIMEOUT_MS = 5_000;
export const STOP_CONNECT_TIMEOUT_MS = 500;
export const READ_TIMEOUT_MS = 10_000;
/** Time that `sessions` and `detail` wait for a daemon that they start, in milliseconds. */
const START_TIMEOUT_MS = 3_000;

/**
 * Returns the socket and the timeout of a request.
 *
 * @param fallbackMs The timeout in milliseconds if the user gave none.
 */
export function clientOptions(run: Run, fallbackMs: number): ClientOptions {
  return {
    socket: run.settings.paths().socket,
    connect: run.context.connect,
    timeoutMs: run.settings.timeoutMs(fallbackMs),
    end: run.settings.end,
  };
}

/**
 * Sends a request that changes nothing. If no daemon is running, or the daemon is killed before it
 * has answered, starts one and tries again.
 *
 * @throws What `ask` throws, and what `startDaemon` throws.
 */
export async function askOrStart<T>(
  run: Run,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await askAgain(ask);
  } catch (error) {
    if (!(error instanceof NotRunningError) || !run.settings.mayStart) {
      throw error;
    }
  }
  const { timeLeft } = await import("../../client/mod.ts");
  const { startDaemon } = await import("../../launch/mod.ts");
  const { started, pid } = await startDaemon({
    paths: run.settings.paths(),
    readyMs: timeLeft({
      ...clientOptions(run, 0),
      timeoutMs: START_TIMEOUT_MS,
    }),
  });
  const isWatched = run.context.stderr.isTerminal() || run.settings.isVerbose;
  if (started && isWatched) {
    const { printNote } = await import("../shell/print.ts");
    await printNote(run, `started the daemon (pid ${pid})`);
  }
  return await ask();
}

/** Asks twice if the first answer breaks off: if the daemon was killed, none is running now. */
async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  return await ask();
}
