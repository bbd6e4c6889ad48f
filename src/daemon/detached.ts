// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon in the background, seen from inside: one line on stdout, then only its log.
 * @module
 */
import {
  type Context,
  HomeError,
  lastWordsPath,
  type Paths,
} from "../context/mod.ts";
import { StoreError } from "../store/mod.ts";
import { HomeBusyError } from "./errors.ts";
import { describe, jsonLog, type Log } from "./log.ts";
import { LogFile } from "./log_file.ts";
import { takeHome } from "./ownership.ts";
import { printReadyLine, type ReadyLine } from "./ready_line.ts";
import { type RunOptions, serveHome } from "./run.ts";

/** How long to wait for a holder of the home that does not answer, in milliseconds; the starter waits a little longer. */
const BACKGROUND_PATIENCE_MS = 8_000;
/** The most that is kept of what the runtime said when the last daemon died, in bytes. */
const MAX_LAST_WORDS_BYTES = 8 * 1024;

/** What a daemon in the background stands on; it brings its own log. */
export interface RunDetachedOptions {
  paths: Paths;
  /** Its `stdout` gets the ready line, and nothing after it, as the reader leaves then. */
  context: RunOptions["context"] & Pick<Context, "stdout">;
}

/**
 * Runs our daemon as a child of {@linkcode startBackground} or of a hook.
 *
 * @returns The exit code; what went wrong before it was ready was said on stdout, later errors in the log.
 */
export async function runDetached(
  options: RunDetachedOptions,
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
    using lock = await takeHome({ paths, patienceMs: BACKGROUND_PATIENCE_MS });
    using file = new LogFile(paths.log);
    const log = jsonLog((line) => file.write(line), context.now);
    reportLastWords(lastWordsPath(paths.home), log);
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

/** Moves what the runtime said at the last daemon's death into the log, and empties the file for this one's. */
function reportLastWords(path: string, log: Log): void {
  try {
    const bytes = Deno.readFileSync(path);
    if (bytes.length === 0) return;
    const tail = bytes.subarray(-MAX_LAST_WORDS_BYTES);
    log("warn", "the daemon before this one left words", {
      text: new TextDecoder().decode(tail),
    });
    Deno.truncateSync(path, 0);
  } catch {
    // No such file, as after a start without `start --background`; nothing depends on it.
  }
}
