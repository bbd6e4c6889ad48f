// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `kaizen store backup` and `kaizen store restore`. Both work on the files, whether a daemon
 * runs or not.
 * @module
 */
import { formatBytes, formatNumberOf } from "../../output/mod.ts";
import type { BackupContent } from "../../store/mod.ts";
import type { Run } from "../shell/cli.ts";
import { FileError } from "../shell/errors.ts";
import { printJson, printPlainLines } from "../shell/print.ts";
import { stopDaemon } from "../stop/run.ts";

/** How long to wait for the home after the daemon has stopped, in milliseconds. */
const HOME_PATIENCE_MS = 2500;

/**
 * Copies the store into a new file.
 *
 * @throws {FileError} If the store cannot be read, or the file exists or cannot be written.
 * @throws {HomeError} If the home is another user's.
 */
export async function runStoreBackup(file: string, run: Run): Promise<void> {
  const { home, store } = run.settings.paths();
  const target = absolute(file, run);
  const { refuseForeignHome } = await import("../../launch/mod.ts");
  refuseForeignHome(home);
  const { backUpStore } = await import("../../store/mod.ts");
  const content = await attempt(() => backUpStore(store, target));
  if (run.settings.format !== "text") {
    return await printJson(run, { backup: target, ...content });
  }
  await printPlainLines(run, [`Backed up ${describe(content)}: ${target}`]);
}

/**
 * Puts a backup in the place of the store.
 *
 * @throws {FileError} If the backup is damaged or no store of kaizen, or the files cannot be moved.
 * @throws {HomeError} If the home cannot be used.
 */
export async function runStoreRestore(file: string, run: Run): Promise<void> {
  const paths = run.settings.paths();
  const backup = absolute(file, run);
  const { claimHome, prepareHome } = await import("../../launch/mod.ts");
  const { stageBackup, swapStore } = await import("../../store/mod.ts");
  // Before anything is written there: it may be another user's.
  prepareHome(paths.home);
  const { staged, ...content } = await attempt(
    () => stageBackup(backup, paths.store),
    "store restore --help",
  );
  const { was_running } = await stopDaemon({ waits: true }, run);
  // Held while the files are moved, so that no daemon starts in between.
  using _home = await claimHome({ paths, patienceMs: HOME_PATIENCE_MS });
  const name = new Date(run.context.now()).toISOString().replaceAll(/[-:]/g, "")
    .replace(/\.\d+/, "");
  const kept = await attempt(() => swapStore(staged, paths.store, name));
  await noteRestored(paths.log, run);
  if (run.settings.format !== "text") {
    return await printJson(run, {
      restored: backup,
      ...content,
      kept,
      daemon_stopped: was_running,
    });
  }
  await printPlainLines(run, [
    `Restored ${describe(content)} from ${backup}`,
    ...kept === null ? [] : [`The previous store is kept: ${kept}`],
    `${
      was_running ? "The daemon was stopped." : "No daemon runs."
    } A hook starts it, or: kaizen daemon start --background`,
  ]);
}

/** Ends the log with another line than why the last daemon failed, which commands would name. */
async function noteRestored(path: string, { context }: Run): Promise<void> {
  const { readLastFailure } = await import("../../launch/mod.ts");
  if (readLastFailure(path) === null) return;
  const { jsonLog, LogFile } = await import("../../daemon/mod.ts");
  using file = new LogFile(path);
  jsonLog((line) => file.write(line), context.now)("info", "store restored");
}

function absolute(file: string, { context }: Run): string {
  return file.startsWith("/") ? file : `${context.cwd()}/${file}`;
}

function describe({ sessions, events, bytes }: BackupContent): string {
  return [
    formatNumberOf(sessions, "session"),
    formatNumberOf(events, "event"),
    formatBytes(bytes),
  ].join(", ");
}

/** Turns a fault of the store into one of a file, with the next command to run. */
async function attempt<T>(
  work: () => T | Promise<T>,
  hint: string | null = null,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { StoreError } = await import("../../store/mod.ts");
    throw error instanceof StoreError
      ? new FileError(error.message, hint)
      : error;
  }
}
