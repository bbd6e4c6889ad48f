// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders changes of hooks, and which hooks are there, as text.
 * @module
 */
import {
  type DoubleHooks,
  type FileChange,
  renderDiff,
  setupOf,
} from "../../hooks/mod.ts";
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
import { describeDoubleHooks } from "../shell/double_hooks.ts";
import type { Target } from "./targets.ts";

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

/** Renders the differences of all files, and a list of several files below them. */
export function renderChanges(
  changes: readonly FileChange[],
  run: Run,
): string[] {
  const paint = makePaint(run.settings.color);
  const diffs = changes.flatMap(({ file, after }) =>
    renderDiff(file.path, file.text, after).map((line) => {
      const text = escapeLine(line);
      if (/^(---|\+\+\+) /.test(line)) return paint.dim(text);
      if (line.startsWith("+")) return paint.green(text);
      return line.startsWith("-") ? paint.red(text) : text;
    })
  );
  if (changes.length < 2) return diffs;
  const list = changes.map(describeChange).map(({ action, path }) =>
    `  ${action.padEnd(6)}  ${shortenPath(path, run)}`
  );
  return [...diffs, "", "In short:", ...list, ""];
}

const DONE = { create: "Wrote", change: "Changed", remove: "Removed" } as const;

/** Tells what was done. */
export function describeDone(
  written: readonly FileChange[],
  run: Run,
): string[] {
  return written.map(describeChange).map(({ action, path }) =>
    `${DONE[action]} ${shortenPath(path, run)}`
  );
}

/** Writes `~` for the user's home directory, for people. */
function shortenPath(path: string, { context }: Run): string {
  const home = context.env("HOME");
  const isBelow = home !== undefined && path.startsWith(`${home}/`);
  return escapeLine(isBelow ? `~${path.slice(home.length)}` : path);
}

/** The hooks of one agent, or of git, as JSON has them. */
export interface HooksRow {
  agent: Target;
  /** Whether the agent's folder exists. */
  found: boolean;
  path: string | null;
  program: string | null;
  events: string[];
  missing: string[];
  others: string[];
  /** Repositories whose hooks report events that the user's hooks report as well. */
  double: DoubleHooks[];
  trusted: boolean | null;
  /** The server of `kaizen mcp` in the agent's settings; null if there is none. */
  mcp: { path: string; program: string | null } | null;
  last_event_at_ms: Int | null;
  /** Why a file of the agent cannot be read; `path` is null if it is the one with the hooks. */
  fault: string | null;
}

/** Renders a table of agents, and the problems below it. */
export function renderHooks(
  rows: readonly HooksRow[],
  run: Run,
): string[] {
  const { context, settings } = run;
  const paint = makePaint(settings.color);
  const now = context.now();
  const columns: Column<HooksRow>[] = [
    { title: "AGENT", text: ({ agent }) => agent, priority: 0 },
    {
      title: "HOOKS",
      text: ({ agent, path, events, missing, others, fault }) =>
        fault !== null && path === null
          ? "unreadable"
          : events.length === 0
          ? agent === "git" && others.length > 0 ? "your own" : "none"
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
      title: "MCP",
      text: ({ mcp }) => mcp === null ? "–" : "yes",
      priority: 2,
    },
    {
      title: "LAST EVENT",
      text: ({ last_event_at_ms }) =>
        last_event_at_ms === null ? "–" : formatAgo(last_event_at_ms, now),
      priority: 1,
    },
    {
      title: "FILE",
      text: ({ path }) => path === null ? "–" : shortenPath(path, run),
      priority: 3,
      min: 12,
    },
  ];
  const width = context.stdout.columns();
  return [
    ...renderTable(rows, columns, { width, titleBrush: paint.dim }),
    ...rows.flatMap((row) => listProblems(row, run)),
    ...settings.isVerbose
      ? rows.filter(({ events }) => events.length > 0)
        .map(({ agent, events }) => `${agent}: ${events.join(", ")}`)
      : [],
  ].map((line, i) => i <= rows.length ? line : escapeLine(line));
}

function listProblems(row: HooksRow, run: Run): string[] {
  const { agent, events, missing, others, program, trusted, mcp, fault } = row;
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
  if (others.length > 0 && agent !== "git") {
    problems.push(
      `${formatNumberOf(others.length, "hook")} that ${
        others.length === 1 ? "runs" : "run"
      } kaizen in another way: kaizen hooks install replaces them`,
    );
  }
  for (const double of row.double) {
    const { message, repair } = describeDoubleHooks(agent, double, run);
    problems.push(`${message}: ${repair}`);
  }
  if (mcp !== null && mcp.program === null) {
    problems.push(
      `the program of its server in ${mcp.path} is gone: run kaizen hooks install --mcp`,
    );
  }
  const untrusted = agent === "git" ? null : setupOf(agent).untrusted;
  if (trusted === false && untrusted !== null) {
    problems.push(`${untrusted.reason}: ${untrusted.step}`);
  }
  return problems.map((problem) => `${agent}: ${problem}`);
}
