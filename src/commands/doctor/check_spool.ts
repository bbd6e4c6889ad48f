// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the spool.
 * @module
 */
import { formatAgo, formatBytes, formatNumberOf } from "../../output/mod.ts";
import { readBounds, type SpoolStatus, surveySpool } from "../../spool/mod.ts";
import { lookAt } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";
import { isNews } from "../shell/is_news.ts";
import { quoteWord } from "../shell/quote_word.ts";
import { repairDisk } from "./check_disk.ts";
import type { Report } from "./finding.ts";

const FLUSH = "kaizen spool flush";
const LIST = "kaizen spool list";
/** Variables that set a bound. */
const BOUNDS = {
  KAIZEN_SPOOL_MAX_EVENTS: "events",
  KAIZEN_SPOOL_MAX_BYTES: "bytes",
} as const;

/** Checks whether one more event could be kept, and which ones wait. */
export function checkSpool(report: Report, { settings, context }: Run): void {
  const { home, spool: folder } = settings.paths();
  if (lookAt(home) === null) return;
  const bounds = readBounds(context.env);
  for (const [name, bound] of Object.entries(BOUNDS)) {
    const value = context.env(name);
    const used = bounds[bound];
    if (value === undefined || Number(value) === used) continue;
    report.fault(
      `${name} must be a positive integer: current value is "${value}". ${used} is used`,
      `unset ${name}`,
    );
  }
  const spool = surveySpool(folder, context.env);
  if (!spool.writable) {
    report.fault(
      `The spool cannot keep events, so they are lost while no daemon takes them: ${spool.reason}`,
      repairOf(folder, spool),
    );
  }
  for (const name of spool.odd) {
    const path = quoteWord(`${folder}/${name}`);
    report.fault(
      `${name} in the spool is not a file of kaizen`,
      `rm -r ${path}`,
    );
  }
  if (spool.failures > 0) {
    const { ms = 0, reason = "unknown reason" } = spool.last_failure ?? {};
    const now = context.now();
    report[isNews(ms, now) ? "fault" : "note"](
      `${formatNumberOf(spool.failures, "failure")} in hooks, the last ${
        formatAgo(ms, now)
      }: ${reason}`,
      `${LIST}; when it is read, kaizen spool purge`,
    );
  }
  if (spool.rejected > 0) {
    report.note(
      `${formatNumberOf(spool.rejected, "file")} in the spool held no event`,
      LIST,
    );
  }
  if (spool.unknown > 0) {
    report.note(
      `In the spool from another version: ${
        formatNumberOf(spool.unknown, "file")
      }`,
    );
  }
  if (spool.pending > 0) {
    report.note(
      `Waiting for a daemon: ${formatNumberOf(spool.pending, "event")} (${
        formatBytes(spool.bytes)
      })`,
      repairDisk(folder, spool.reason) ?? FLUSH,
    );
  } else if (report.findings.length === 0) {
    report.ok("Empty, and can be written");
  }
}

function repairOf(
  folder: string,
  { pending, reason }: Pick<SpoolStatus, "pending" | "reason">,
): string {
  const ofDisk = repairDisk(folder, reason);
  if (ofDisk !== null) return ofDisk;
  const found = lookAt(folder);
  const word = quoteWord(folder);
  if (found !== null && !found.isDirectory) return `mv ${word} ${word}.old`;
  if (found !== null && ((found.mode ?? 0o700) & 0o700) !== 0o700) {
    return `chmod 700 ${word}`;
  }
  return pending > 0 ? FLUSH : `ls -la ${word}`;
}
