// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon in the background, seen from inside: one line on stdout, then only its log.
 * @module
 */
import {
  type Context,
  HomeBusyError,
  HomeError,
  type Paths,
} from "../context/mod.ts";
import {
  claimHome,
  printReadyLine,
  type ReadyLine,
  takeLastWords,
} from "../launch/mod.ts";
import { StoreError } from "../store/mod.ts";
import { describe, jsonLog, type Log } from "./log.ts";
import { LogFile } from "./log_file.ts";
import { serveHome, type ServeOptions } from "./serve_daemon.ts";

/** How long to wait for a holder of the home that does not answer, in milliseconds; the starter waits a little longer. */
const BACKGROUND_PATIENCE_MS = 8_000;

/** What a daemon in the background stands on; it brings its own log. */
export interface ServeDetachedOptions {
  paths: Paths;
  /** Its `stdout` gets the ready line, and nothing after it, as the reader leaves then. */
  context: ServeOptions["context"] & Pick<Context, "stdout">;
}

/**
 * Runs our daemon as a child of {@linkcode startDaemon} or of a hook.
 *
 * @returns The exit code; what went wrong before it was ready was said on stdout, later errors in the log.
 */
export async function serveDetached(
  options: ServeDetachedOptions,
): Promise<number> {
  const { paths, context } = options;
  const say = async (line: ReadyLine) => {
    try {
      await context.stdout.write(
        new TextEncoder().encode(printReadyLine(line)),
      );
    } catch {
      // The starter did not wait.
    }
  };
  try {
    using lock = await claimHome({ paths, patienceMs: BACKGROUND_PATIENCE_MS });
    using file = new LogFile(paths.log);
    const log = jsonLog((line) => file.write(line), context.now);
    const text = takeLastWords(paths.home);
    if (text !== "") {
      log("warn", "the daemon before this one left words", { text });
    }
    try {
      await serveHome(lock, {
        ...options,
        log,
        ready: (info) => void say({ ready: true, ...info }),
      });
    } catch (error) {
      // In here, as the log is closed behind it.
      reportFailure(error, log);
      throw error;
    }
    return 0;
  } catch (error) {
    const exit = exitCode(error);
    const busy = error instanceof HomeBusyError ? error : null;
    await say({
      ready: false,
      exit,
      message: describe(error),
      pid: busy?.pid ?? null,
      answers: busy?.answers ?? false,
    });
    return exit;
  }
}

function exitCode(error: unknown): number {
  if (error instanceof HomeBusyError) return 73;
  if (error instanceof HomeError || error instanceof StoreError) return 74;
  return 70;
}

/** Whoever started it hears the reason alone; the stack of a bug is for the log. */
function reportFailure(error: unknown, log: Log): void {
  const exit = exitCode(error);
  const stack = exit === 70 && error instanceof Error ? error.stack : undefined;
  log("error", "daemon failed", { reason: describe(error), exit, stack });
}
