// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at how long Claude Code keeps its transcripts, from which costs and imports are read.
 * @module
 */
import { lookAt } from "../../context/mod.ts";
import { AgentFileError, hookFile, readAgentFile } from "../../hooks/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/** Claude Code deletes transcripts after as many days if its settings do not say otherwise. */
const DEFAULT_DAYS = 30;
/** The setting that decides. */
const SETTING = "cleanupPeriodDays";

/** Checks Claude Code's setting, if Claude Code is there. */
export function checkTranscripts(report: Report, { context }: Run): void {
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
