// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the transcripts, from which costs and imports are read: whether they may be read, and
 * how long Claude Code keeps them.
 * @module
 */
import { lookAt, whyKeptOut } from "../../context/mod.ts";
import { AgentFileError, hookFile, readAgentFile } from "../../hooks/mod.ts";
import { formatNumberOf } from "../../output/mod.ts";
import {
  listReadableAgents,
  listTranscripts,
  transcriptFolders,
} from "../../transcripts/mod.ts";
import type { Run } from "../shell/cli.ts";
import { quoteWord } from "../shell/quote_word.ts";
import { nearestSeen } from "./check_disk.ts";
import { nameSome, type Report } from "./finding.ts";

/** Claude Code deletes transcripts after as many days if its settings do not say otherwise. */
const DEFAULT_DAYS = 30;
/** The setting that decides. */
const SETTING = "cleanupPeriodDays";

/** Paths that are named. */
const NAMED = 3;

/** Checks the transcripts of each agent, and Claude Code's setting if Claude Code is there. */
export function checkTranscripts(report: Report, run: Run): void {
  checkDays(report, run);
  for (const agent of listReadableAgents()) {
    for (const folder of transcriptFolders(agent, run.context.env)) {
      const { files, closed } = listTranscripts(folder, [agent]);
      const paths = files.map(({ path }) => path).filter(isKeptOut);
      tellClosed(report, folder, [...closed, ...paths]);
    }
  }
}

function isKeptOut(path: string): boolean {
  const found = lookAt(path);
  return found !== null &&
    (found.uid !== Deno.uid() || whyKeptOut(found, "read") !== null);
}

function tellClosed(
  report: Report,
  folder: string,
  paths: readonly string[],
): void {
  if (paths.length === 0) return;
  const isOwn = paths.every((path) =>
    Deno.statSync(nearestSeen(path)).uid === Deno.uid()
  );
  const open = `chmod -R u+rX ${quoteWord(nearestSeen(folder))}`;
  report.fault(
    `Of what this user may not read, tokens and calls are missing: ${
      formatNumberOf(paths.length, "path")
    }, ${nameSome(paths, NAMED)}`,
    isOwn
      ? open
      : Deno.uid() === 0
      ? "run kaizen as the user to whom they belong"
      : `sudo chown -R ${Deno.uid()} ${quoteWord(folder)}; ${open}`,
  );
}

function checkDays(report: Report, { context }: Run): void {
  const path = hookFile("claude", { context, project: null });
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (lookAt(folder) === null) return;
  const days = readDays(path);
  const repair = `set "${SETTING}": 365 in ${path}`;
  const lost = "what kaizen has not read by then is lost";
  if (days === null) {
    report.note(
      `Claude Code deletes transcripts after ${DEFAULT_DAYS} days, which is its default: ${lost}`,
      repair,
    );
  } else if (days <= DEFAULT_DAYS) {
    report.note(
      `Claude Code deletes transcripts after ${days} days: ${lost}`,
      repair,
    );
  } else report.ok(`Claude Code keeps transcripts for ${days} days`);
}

function readDays(path: string): number | null {
  try {
    const settings: unknown = JSON.parse(readAgentFile(path).text ?? "null");
    if (typeof settings !== "object" || settings === null) return null;
    const days: unknown = Reflect.get(settings, SETTING);
    return typeof days === "number" ? days : null;
  } catch (error) {
    // The check of the hooks reports a file that cannot be read.
    const isKnown = error instanceof SyntaxError ||
      error instanceof RangeError || error instanceof AgentFileError;
    if (isKnown) return null;
    throw error;
  }
}
