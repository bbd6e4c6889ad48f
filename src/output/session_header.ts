// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is known of a session as a whole.
 * @module
 */
import type { Int, SessionRecord } from "../proto/mod.ts";
import { type Fact, renderFacts } from "./facts.ts";
import type { Paint } from "./paint.ts";
import {
  formatAgo,
  formatCost,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatTime,
} from "./quantities.ts";
import { sessionDuration, statusBrush } from "./session_table.ts";

/** What the header depends on besides the session. */
export interface SessionHeaderOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is broken or cut. */
  width: number | null;
  nowMs: number;
}

const LABEL_CELLS = 11;

/** Describes a session, a line a fact; what is not known is left out. */
export function renderHeader(
  session: SessionRecord,
  { paint, width, nowMs }: SessionHeaderOptions,
): string[] {
  const facts: Fact[] = [
    ["session", session.id, paint.bold],
    ["agent", joinFacts([session.agent, session.model, session.agent_version])],
    ["status", session.status, statusBrush(session.status, paint)],
    ["workspace", session.workspace],
    ["git", describeGit(session)],
    ["started", describeTime(session, nowMs)],
    ["totals", describeTotals(session)],
    ["parent", session.parent_session_id ?? ""],
    ["transcript", session.trace_path],
    ["system", joinFacts([session.os, session.arch])],
  ];
  return renderFacts(facts.filter(([, text]) => text !== ""), {
    paint,
    width,
    labelCells: LABEL_CELLS,
  });
}

function joinFacts(facts: readonly (string | null)[]): string {
  return facts.filter((fact) => fact !== null && fact !== "").join(" · ");
}

function describeGit(session: SessionRecord): string {
  const { branch, start_commit, end_commit, dirty_start, dirty_end } = session;
  const commits = [
    start_commit,
    end_commit === start_commit ? null : end_commit,
  ]
    .filter((commit) => commit !== null).map((commit) => commit.slice(0, 12));
  const dirty = dirty_end ?? dirty_start;
  return joinFacts([branch, commits.join(" → "), dirty ? "dirty" : null]);
}

function describeTime(session: SessionRecord, nowMs: number): string {
  const { started_at_ms } = session;
  if (Number(started_at_ms) === 0) return "unknown";
  const duration = sessionDuration(session, nowMs);
  return joinFacts([
    `${formatTime(started_at_ms)} (${formatAgo(started_at_ms, nowMs)})`,
    Number(duration ?? 0) === 0
      ? null
      : hasEnded(session)
      ? `took ${formatDuration(duration ?? 0)}`
      : `${formatDuration(duration ?? 0)} so far`,
  ]);
}

function hasEnded({ ended_at_ms, status }: SessionRecord): boolean {
  return ended_at_ms !== null || status === "Done";
}

function describeTotals({ totals }: SessionRecord): string {
  if (totals === undefined) return "";
  const { events, tool_calls, errors, tokens_in, tokens_out, cost_usd_e6 } =
    totals;
  const hasTokens = Number(tokens_in) > 0 || Number(tokens_out) > 0;
  const show = (count: Int | null) => count === null ? "–" : formatCount(count);
  return joinFacts([
    formatNumberOf(events, "event"),
    formatNumberOf(tool_calls, "call"),
    Number(errors) === 0 ? null : formatNumberOf(errors ?? 0, "error"),
    hasTokens ? `${show(tokens_in)} tokens in, ${show(tokens_out)} out` : null,
    Number(cost_usd_e6) === 0 ? null : formatCost(cost_usd_e6 ?? 0),
  ]);
}
