// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the daemon in this process.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { FileError } from "../shell/errors.ts";
import { printDaemonReady } from "./print.ts";

/**
 * Runs the daemon until it is stopped: its log on stderr, one line on stdout once it is ready.
 *
 * @throws {HomeBusyError} If another daemon owns the home.
 * @throws {HomeError | FileError} If something in the home cannot be used.
 */
export async function runDaemonForeground(run: Run): Promise<void> {
  const { context, settings } = run;
  const { jsonLog, serveDaemon } = await import("../../daemon/mod.ts");
  const lines: Promise<void>[] = [];
  try {
    await serveDaemon({
      paths: settings.paths(),
      context,
      log: jsonLog((line) => void Deno.stderr.writeSync(line), context.now),
      ready: (ready) => {
        const line = printDaemonReady(ready, run);
        line.catch(() => {}); // awaited when the daemon has stopped
        lines.push(line);
      },
    });
    await Promise.all(lines);
  } catch (error) {
    throw await foregroundFault(error);
  }
}

/**
 * Runs the daemon as a process that `daemon start --background` or a hook has spawned.
 *
 * @returns The exit code.
 */
export async function runDaemonDetached(
  { context, settings }: Run,
): Promise<number> {
  const { serveDetached } = await import("../../daemon/mod.ts");
  return await serveDetached({ paths: settings.paths(), context });
}

async function foregroundFault(error: unknown): Promise<unknown> {
  const { StoreError } = await import("../../store/mod.ts");
  return error instanceof StoreError ? new FileError(error.message) : error;
}
