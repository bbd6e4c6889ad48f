// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints what came of an import.
 * @module
 */
import {
  escapeText,
  type Fact,
  type FactsOptions,
  formatBytes,
  formatNumberOf,
  formatTime,
  makePaint,
  renderFacts,
} from "../../output/mod.ts";
import { transcriptFolders } from "../../transcripts/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines, printNote } from "../shell/print.ts";
import { quoteWord } from "../shell/quote_word.ts";
import type { ImportOptions, ImportReport } from "./options.ts";

/** What was imported. */
export interface PrintImportOptions extends ImportOptions {
  /** Whether the system has refused to let a transcript, or a folder of them, be read. */
  isRefused: boolean;
}

/** Prints a report, and the next step if the system has refused something. */
export async function printImport(
  report: ImportReport,
  { agents, paths, sinceMs, isRefused }: PrintImportOptions,
  run: Run,
): Promise<void> {
  if (run.settings.format !== "text") return await printJson(run, report);
  const paint = makePaint(run.settings.color);
  const width = run.context.stdout.columns();
  await printLines(run, renderReport(report, { paint, width }));
  if (isRefused) {
    const repair = paths.length === 0
      ? "kaizen doctor"
      : `chmod -R u+rX ${paths.map(quoteWord).join(" ")}`;
    await printNote(run, `to import what you may not read yet: ${repair}`);
  }
  if (report.transcripts > 0 || report.unreadable_transcripts > 0) return;
  const folders = paths.length > 0
    ? paths
    : agents.flatMap((agent) => transcriptFolders(agent, run.context.env));
  const time = sinceMs === 0
    ? ""
    : ` that were written since ${formatTime(sinceMs)}`;
  await printNote(
    run,
    `no transcripts${time} in ${folders.map(escapeText).join(", ")}`,
  );
}

/** Renders a report. */
function renderReport(
  report: ImportReport,
  options: Pick<FactsOptions, "paint" | "width">,
): string[] {
  const { unreadable, transcripts, unreadable_transcripts: unread } = report;
  if (transcripts === 0 && unread === 0) return ["(no transcripts)"];
  const facts: Fact[] = [
    [
      "transcripts",
      `${transcripts} (${formatBytes(report.bytes)})`,
    ],
    [
      report.dry_run ? "would be new" : "new",
      `${formatNumberOf(report.new, "event")} of ${
        formatNumberOf(report.sessions, "session")
      }`,
    ],
    ["known", formatNumberOf(report.known, "event")],
  ];
  if (report.excluded > 0) {
    facts.push([
      "excluded",
      `${formatNumberOf(report.excluded, "event")} by config.toml`,
    ]);
  }
  if (report.refused > 0) {
    facts.push([
      "refused",
      `${formatNumberOf(report.refused, "event")}: ${
        report.refused_reason ?? ""
      }`,
    ]);
  }
  facts.push([
    "unreadable",
    `${formatNumberOf(unread, "path")}, ${
      formatNumberOf(report.unreadable_lines, "line")
    }`,
  ]);
  const named = unreadable.map(({ path, reason }) =>
    `  ${escapeText(path)}: ${reason}`
  );
  const more = unread - unreadable.length;
  if (more > 0) named.push(`  and ${more} more`);
  return [...renderFacts(facts, { ...options, labelCells: 14 }), ...named];
}
