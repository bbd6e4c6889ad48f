// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon in the background: writes one line to stdout, then only to its log.
 * @module
 */
import {
  type Context,
  errorMessage,
  HomeBusyError,
  HomeError,
  type Paths,
} from "../context/mod.ts";
import {
  claimHome,
  DAEMON_FAILED,
  printReadyLine,
  type ReadyLine,
  takeLastWords,
} from "../launch/mod.ts";
import { StoreError } from "../store/mod.ts";
import { jsonLog, type Log } from "./log.ts";
import { LogFile } from "./log_file.ts";
import { serveHome, type ServeOptions } from "./serve_daemon.ts";

/**
 * How long to wait for a holder of the home that does not answer, in milliseconds. The parent waits
 * a little longer.
 */
const BACKGROUND_PATIENCE_MS = 8_000;

/** The home and surroundings of a daemon in the background; it brings its own log. */
export interface ServeDetachedOptions {
  paths: Paths;
  /** Its `stdout` gets the ready line, and nothing after it, because the reader leaves then. */
  context: ServeOptions["context"] & Pick<Context, "stdout">;
}

/**
 * Serves as a child of `startDaemon` or of a hook.
 *
 * @returns The exit code. A failure before the daemon was ready is reported on stdout, later errors
 * in the log.
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
      // The parent did not wait.
    }
  };
  try {
    using lock = await claimHome({ paths, patienceMs: BACKGROUND_PATIENCE_MS });
    using file = new LogFile(paths.log);
    const log = jsonLog((line) => file.write(line), context.now);
    const text = takeLastWords(paths.home);
    if (text !== "") {
      log("warn", "the previous daemon wrote to standard error", { text });
    }
    try {
      await serveHome(lock, {
        ...options,
        log,
        ready: (info) => void say({ ready: true, ...info }),
      });
    } catch (error) {
      // Reported here, while the log is still open.
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
      message: errorMessage(error),
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

/** The parent gets the reason alone; the stack of a bug goes to the log. */
function reportFailure(error: unknown, log: Log): void {
  const exit = exitCode(error);
  const stack = exit === 70 && error instanceof Error ? error.stack : undefined;
  log("error", DAEMON_FAILED, { reason: errorMessage(error), exit, stack });
}
