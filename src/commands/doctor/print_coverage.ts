// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders coverage as text: a line for each agent, then the sessions whose hooks do not run.
 * @module
 */
import {
  type Column,
  formatNumberOf,
  makePaint,
  renderTable,
} from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type {
  CoverageReport,
  CoveredAgent,
  CoveredSession,
} from "./coverage_report.ts";

type Counts = Pick<
  CoveredAgent,
  "calls" | "by_hook" | "in_subagents" | "before" | "missing"
>;

/** Sessions with missing hooks that are listed. */
const MAX_LISTED = 20;

/** Renders all sums, and the sessions that lack something. */
export function renderCoverage(
  { agents, sessions, untold }: CoverageReport,
  { context, settings }: Run,
): string[] {
  const titleBrush = makePaint(settings.color).bold;
  const width = context.stdout.columns();
  const lines: string[] = [];
  if (agents.length > 0) {
    lines.push(...renderTable(agents, AGENT_COLUMNS, { width, titleBrush }));
  }
  const lacking = sessions.filter(({ kind, missing }) =>
    kind === "hooks" && missing.length > 0
  );
  const listed = lacking.slice(0, MAX_LISTED);
  if (listed.length > 0) {
    lines.push("");
    lines.push(...renderTable(listed, SESSION_COLUMNS, { width, titleBrush }));
    const more = lacking.length - listed.length;
    if (more > 0) lines.push(`and ${formatNumberOf(more, "session")} more`);
  }
  if (lines.length > 0) lines.push("");
  if (untold > 0) {
    lines.push(
      `${formatNumberOf(untold, "session")} without calls in a transcript.`,
    );
  }
  lines.push(
    lacking.length > 0
      ? `The hooks of ${
        formatNumberOf(lacking.length, "session")
      } lack some calls: kaizen hooks status`
      : agents.some(({ kind }) => kind === "hooks")
      ? "The hooks of all sessions run."
      : "No session with hooks has a transcript with calls.",
  );
  return lines;
}

const AGENT_COLUMNS: readonly Column<CoveredAgent>[] = [
  { title: "AGENT", text: ({ agent }) => agent, priority: 0, min: 6 },
  { title: "RECORDED BY", text: ({ kind }) => kind, priority: 1 },
  {
    title: "SESSIONS",
    text: ({ sessions }) => String(sessions),
    priority: 2,
    align: "right",
  },
  ...countColumns(),
];

const SESSION_COLUMNS: readonly Column<CoveredSession>[] = [
  { title: "SESSION", text: ({ id }) => id, priority: 0, min: 10, max: 40 },
  { title: "AGENT", text: ({ agent }) => agent, priority: 3, min: 6 },
  ...countColumns(),
];

function countColumns(): Column<Counts>[] {
  return [
    {
      title: "BY HOOK",
      text: ({ by_hook, calls }) => `${by_hook} of ${calls}`,
      priority: 0,
    },
    {
      title: "IN SUBAGENTS",
      text: ({ in_subagents }) => String(in_subagents),
      priority: 5,
      align: "right",
    },
    {
      title: "BEFORE",
      text: ({ before }) => String(before),
      priority: 5,
      align: "right",
    },
    {
      title: "MISSING",
      text: ({ missing }) => missing.join(", "),
      priority: 1,
      min: 8,
    },
  ];
}
