// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders changes of hooks, and which hooks are there, as text.
 * @module
 */
import { type FileChange, renderDiff } from "../../hooks/mod.ts";
import {
  type Column,
  escapeLine,
  formatAgo,
  formatNumberOf,
  makePaint,
  renderTable,
} from "../../output/mod.ts";
import type { Int } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";

/** A change in JSON. */
export interface ChangeRow {
  agent: string;
  path: string;
  action: "create" | "change" | "remove";
}

/** Names a change. */
export function describeChange({ owner, file, after }: FileChange): ChangeRow {
  const action = file.text === null
    ? "create"
    : after === null
    ? "remove"
    : "change";
  return { agent: owner, path: file.path, action };
}

/** Renders the differences of all files. */
export function renderDiffs(
  changes: readonly FileChange[],
  { settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  return changes.flatMap(({ file, after }) =>
    renderDiff(file.path, file.text, after).map((line) => {
      const text = escapeLine(line);
      if (/^(---|\+\+\+) /.test(line)) return paint.dim(text);
      if (line.startsWith("+")) return paint.green(text);
      return line.startsWith("-") ? paint.red(text) : text;
    })
  );
}

const DONE = { create: "Wrote", change: "Changed", remove: "Removed" } as const;

/** Tells what was done, and what is left to do. */
export function describeDone(
  written: readonly FileChange[],
  next: readonly string[],
): string[] {
  return [
    ...written.map(describeChange).map(({ action, path }) =>
      `${DONE[action]} ${escapeLine(path)}`
    ),
    ...next,
  ];
}

/** The hooks of one agent, or of git, as JSON has them. */
export interface HooksRow {
  agent: string;
  /** Whether the agent's folder exists. */
  found: boolean;
  path: string | null;
  program: string | null;
  events: string[];
  missing: string[];
  others: string[];
  trusted: boolean | null;
  last_event_at_ms: Int | null;
  /** Why its file cannot be read. */
  fault: string | null;
}

/** Renders a table of agents, and the problems below it. */
export function renderHooks(
  rows: readonly HooksRow[],
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const now = context.now();
  const columns: Column<HooksRow>[] = [
    { title: "AGENT", text: ({ agent }) => agent, priority: 0 },
    {
      title: "HOOKS",
      text: ({ events, missing, fault }) =>
        fault !== null
          ? "unreadable"
          : events.length === 0
          ? "none"
          : `${events.length} of ${events.length + missing.length}`,
      priority: 0,
      brush: ({ events, missing }) =>
        events.length === 0
          ? paint.dim
          : missing.length === 0
          ? paint.green
          : paint.yellow,
    },
    {
      title: "TRUSTED",
      text: ({ trusted }) => trusted === null ? "–" : trusted ? "yes" : "no",
      priority: 2,
    },
    {
      title: "LAST EVENT",
      text: ({ last_event_at_ms }) =>
        last_event_at_ms === null ? "–" : formatAgo(last_event_at_ms, now),
      priority: 1,
    },
    { title: "FILE", text: ({ path }) => path ?? "–", priority: 3, min: 12 },
  ];
  const width = context.stdout.columns();
  return [
    ...renderTable(rows, columns, { width, titleBrush: paint.dim }),
    ...rows.flatMap((row) => listProblems(row)),
    ...settings.isVerbose
      ? rows.filter(({ events }) => events.length > 0)
        .map(({ agent, events }) => `${agent}: ${events.join(", ")}`)
      : [],
  ].map((line, i) => i <= rows.length ? line : escapeLine(line));
}

/** The reasons why an agent does not run our hooks. */
const NOT_TRUSTED: Readonly<Record<string, string>> = {
  claude: 'switched off by "disableAllHooks" in the settings of Claude Code',
  codex: "not trusted yet: type /hooks in Codex",
  openclaw: "not enabled yet: openclaw hooks enable kaizen",
};

function listProblems(row: HooksRow): string[] {
  const { agent, events, missing, others, program, trusted, fault } = row;
  const problems: string[] = [];
  if (fault !== null) problems.push(fault);
  if (events.length > 0 && program === null) {
    problems.push(
      "the program of its hooks is gone: run kaizen hooks install",
    );
  }
  if (events.length > 0 && missing.length > 0) {
    problems.push(`no hook for ${missing.join(", ")}`);
  }
  if (others.length > 0) {
    problems.push(
      `${formatNumberOf(others.length, "hook")} that ${
        others.length === 1 ? "runs" : "run"
      } kaizen in another way: kaizen hooks install replaces them`,
    );
  }
  if (trusted === false) problems.push(NOT_TRUSTED[agent] ?? "not trusted yet");
  return problems.map((problem) => `${agent}: ${problem}`);
}
