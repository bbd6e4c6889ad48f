// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `kaizen spool status`, `list` and `purge`.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import type { Spool } from "../../spool/mod.ts";
import type { SpoolPurgeOptions } from "./options.ts";
import type { Run } from "../shell/cli.ts";
import { spoolFault } from "../shell/spool_fault.ts";
import { printJson, printLines, printText } from "../shell/print.ts";
import { encodeJson } from "../../proto/mod.ts";

/** Opens the spool of the home. */
async function openSpool({ context, settings }: Run): Promise<Spool> {
  const { env, now } = context;
  const { Spool } = await import("../../spool/mod.ts");
  return new Spool({ folder: settings.paths().spool, env, now });
}

/** Runs `kaizen spool status`. */
export async function runSpoolStatus(run: Run): Promise<void> {
  const { home, spool: folder } = run.settings.paths();
  const { correctSpool } = await import("./correct_spool.ts");
  const spool = await correctSpool((await openSpool(run)).status(), home);
  if (run.settings.format !== "text") {
    return await printJson(run, { folder, ...spool });
  }
  const { renderSpool } = await import("./describe_spool.ts");
  await printLines(run, renderSpool(spool, run));
}

/**
 * Runs `kaizen spool list`.
 *
 * @throws {FileError} If the spool cannot be read.
 */
export async function runSpoolList(run: Run): Promise<void> {
  const entries = await withSpool(run, (spool) => spool.list());
  switch (run.settings.format) {
    case "json":
      return await printJson(run, { entries });
    case "ndjson":
      return await printText(
        run,
        entries.map((entry) => `${encodeJson(entry)}\n`).join(""),
      );
    default: {
      const { renderSpoolEntries } = await import("./print.ts");
      await printLines(run, renderSpoolEntries(entries, run));
    }
  }
}

/**
 * Runs `kaizen spool purge`.
 *
 * @throws {UsageError} If undelivered events would be lost without --yes.
 * @throws {FileError} If the spool cannot be written.
 */
export async function runSpoolPurge(
  { pending, yes }: SpoolPurgeOptions,
  run: Run,
): Promise<void> {
  if (pending && !yes) {
    throw new UsageError(
      "Cannot delete undelivered events without --yes: use --pending --yes",
    );
  }
  const purged = await withSpool(run, (spool) => spool.purge({ pending }));
  if (run.settings.format !== "text") return await printJson(run, purged);
  const rejected = formatNumberOf(purged.rejected, "rejected event");
  const waiting = formatNumberOf(purged.pending, "waiting event");
  const failures = formatNumberOf(purged.failures, "failure");
  await printLines(run, [
    `Deleted ${rejected}${pending ? `, ${waiting}` : ""} and ${failures}.`,
  ]);
}

async function withSpool<T>(run: Run, work: (spool: Spool) => T): Promise<T> {
  const spool = await openSpool(run);
  try {
    return work(spool);
  } catch (error) {
    throw await spoolFault(error);
  }
}
