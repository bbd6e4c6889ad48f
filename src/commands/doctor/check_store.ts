// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the store, in a copy: a daemon may be writing to it, and rebuilding sessions changes it.
 * @module
 */
import {
  faultWords,
  findFault,
  lookAt,
  whyReplaceable,
} from "../../context/mod.ts";
import { listOddFiles } from "../../launch/mod.ts";
import { formatBytes, formatNumberOf } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import { isFull } from "./check_disk.ts";
import { nameSome, type Report } from "./finding.ts";
import type { DoctorOptions } from "./options.ts";

/** Sessions with a fault that are named. */
const NAMED = 5;

/** Checks the content of the store. */
export async function checkStore(
  report: Report,
  { settings }: Run,
  { isQuick }: DoctorOptions,
): Promise<void> {
  const { home, store: path } = settings.paths();
  const file = lookAt(path);
  if (file === null) return report.note("There is none");
  const odd = listOddFiles(home).find((it) => it.path.startsWith(path));
  if (odd !== undefined) {
    return report.note(`Not looked at, as ${odd.path} cannot be used`);
  }
  // As `kaizen status` counts it.
  const bytes = file.size + (lookAt(`${path}-wal`)?.size ?? 0);
  const size = formatBytes(bytes);
  if (isQuick) return report.ok(`${size}; not looked at`);
  if (isFull(home, bytes)) {
    return report.note(
      "Not looked at, as the disk has no room for a copy of it",
    );
  }
  const why = Deno.uid() === 0 ? whyReplaceable(home) : null;
  if (why !== null) return report.note(`Not looked at, as ${why}`);
  const { backUpStore, StoreError } = await import("../../store/mod.ts");
  let folder: string;
  try {
    // In the home, as no other user may read it there.
    folder = await Deno.makeTempDir({ dir: home, prefix: "doctor-" });
  } catch (error) {
    const code = findFault(error);
    if (code === null) throw error;
    return report.note(
      `Not looked at, as no copy of it can be made: ${faultWords(code)}`,
    );
  }
  try {
    const copy = `${folder}/store.db`;
    const { sessions, events } = await backUpStore(path, copy);
    const { inspectStore } = await import("../../daemon/mod.ts");
    const { numbering, content, compared } = await inspectStore(copy);
    tellSessions(report, "Events are not numbered in order", numbering);
    tellSessions(report, "Differs from what the events say", content);
    if (report.findings.length > 0) return;
    report.ok(
      `Whole: ${formatNumberOf(sessions, "session")}, ${
        formatNumberOf(events, "event")
      }, ${size}; ${
        formatNumberOf(compared, "session")
      } rebuilt from their events and found equal`,
    );
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    report.fault(
      error.message,
      REPAIRS[error.fault] ?? "kaizen daemon restart",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Advice for a store that cannot be read. */
const REPAIRS: Record<string, string> = {
  corrupt:
    "kaizen store restore FILE; without a backup: kaizen stop, then move store.db* away",
  foreign: "kaizen stop, then move store.db* away",
  newer: "install the newer version of kaizen",
};

function tellSessions(
  report: Report,
  what: string,
  ids: readonly string[],
): void {
  if (ids.length === 0) return;
  report.fault(
    `${what}: ${formatNumberOf(ids.length, "session")}, ${
      nameSome(ids, NAMED)
    }`,
    "kaizen store restore FILE, or report it as a bug",
  );
}
