// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks into the spool, and clears it.
 * @module
 */
import { UsageError } from "../context/mod.ts";
import { formatNumberOf } from "../output/mod.ts";
import { Spool, SpoolError } from "../spool/mod.ts";
import type { Run } from "./cli.ts";
import { FileError } from "./errors.ts";
import { printJson, printLines, printText } from "./print.ts";
import { encodeJson } from "../proto/mod.ts";

/** The spool of a run's home. */
export function openSpool({ context, settings }: Run): Spool {
  const { env, now } = context;
  return new Spool({ folder: settings.paths().spool, env, now });
}

/** `kaizen spool status`. */
export async function runSpoolStatus(run: Run): Promise<void> {
  const folder = run.settings.paths().spool;
  const spool = openSpool(run).status();
  if (run.settings.format !== "text") {
    return await printJson(run, { folder, ...spool });
  }
  const { renderSpool } = await import("./status_text.ts");
  await printLines(run, renderSpool(spool, run));
}

/** `kaizen spool list`. @throws {FileError} If it cannot be read. */
export async function runSpoolList(run: Run): Promise<void> {
  const entries = withSpool(() => openSpool(run).list());
  switch (run.settings.format) {
    case "json":
      return await printJson(run, { entries });
    case "ndjson":
      return await printText(
        run,
        entries.map((entry) => `${encodeJson(entry)}\n`).join(""),
      );
    default: {
      const { renderEntries } = await import("./spool_text.ts");
      await printLines(run, renderEntries(entries, run));
    }
  }
}

/** What may be deleted. */
export interface PurgeOptions {
  pending: boolean;
  yes: boolean;
}

/** `kaizen spool purge`. @throws {UsageError} If events would be lost without a word. @throws {FileError} If it cannot be written. */
export async function runPurge(
  { pending, yes }: PurgeOptions,
  run: Run,
): Promise<void> {
  if (pending && !yes) {
    throw new UsageError(
      "Deleting events that were never delivered needs --yes beside --pending",
    );
  }
  const purged = withSpool(() => openSpool(run).purge({ pending }));
  if (run.settings.format !== "text") return await printJson(run, purged);
  await printLines(run, [
    `Deleted ${formatNumberOf(purged.rejected, "rejected event")}` +
    (pending
      ? ` and ${formatNumberOf(purged.pending, "waiting event")}.`
      : "."),
  ]);
}

/** Says in the commands' terms what is wrong with the spool. @throws {FileError} For any SpoolError. */
export function withSpool<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw spoolFault(error);
  }
}

/** The same for one error. */
export function spoolFault(error: unknown): unknown {
  return error instanceof SpoolError
    ? new FileError(error.message, "spool status")
    : error;
}
