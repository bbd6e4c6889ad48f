// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The header of a session: the facts about the session as a whole.
 * @module
 */
import type {
  Int,
  SessionCoverage,
  SessionRecord,
  SessionTotals,
} from "../proto/mod.ts";
import { type Fact, renderFacts } from "./facts.ts";
import type { Paint } from "./paint.ts";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatTime,
  formatTotalCost,
} from "./quantities.ts";
import {
  describeState,
  lastActivity,
  sessionDuration,
  stateBrush,
} from "./session_facts.ts";

/** Options of the header. */
export interface SessionHeaderOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is broken or cut. */
  width: number | null;
  nowMs: number;
  /** Whether the session's directory no longer exists. */
  isGone: boolean;
  /** How many calls hooks reported; null if no transcript has calls. */
  coverage: SessionCoverage | null;
}

const LABEL_CELLS = 11;

/** Describes a session, a line a fact; what is not known is left out. */
export function renderHeader(
  session: SessionRecord,
  { paint, width, nowMs, isGone, coverage }: SessionHeaderOptions,
): string[] {
  const facts: Fact[] = [
    ["session", session.id, paint.bold],
    ["agent", joinFacts([session.agent, session.model, session.agent_version])],
    ["title", session.title ?? ""],
    ["state", describeActivity(session, nowMs), stateBrush(session, paint)],
    ["workspace", session.workspace + (isGone ? " (gone)" : "")],
    ["git", describeGit(session)],
    ["started", describeMoment(session.started_at_ms, nowMs)],
    ["active", describeActive(session, nowMs)],
    ["totals", describeTotals(session)],
    ["hooks", coverage === null ? "" : describeCoverage(coverage)],
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

function describeActivity(session: SessionRecord, nowMs: number): string {
  const { activity } = session;
  const needsUser = activity?.state === "needs_permission" ||
    activity?.state === "needs_answer";
  return joinFacts([
    describeState(session, nowMs),
    needsUser ? activity.tool : null,
    activity?.message ?? null,
  ]);
}

function describeMoment(moment: Int, nowMs: number): string {
  if (Number(moment) === 0) return "";
  return `${formatTime(moment)} (${formatAgo(moment, nowMs)})`;
}

/** The last event, and how long the session took until then. */
function describeActive(session: SessionRecord, nowMs: number): string {
  const duration = sessionDuration(session);
  const last = lastActivity(session);
  return joinFacts([
    last === null ? null : describeMoment(last, nowMs),
    duration === null
      ? null
      : `${formatDuration(duration)} ${
        session.status === "Done" ? "in all" : "so far"
      }`,
  ]);
}

function describeTotals({ totals }: SessionRecord): string {
  if (totals === undefined) return "";
  const { events, tool_calls, errors, tokens_in, tokens_out } = totals;
  const hasTokens = tokens_in !== null || tokens_out !== null;
  return joinFacts([
    formatNumberOf(events, "event"),
    formatNumberOf(tool_calls, "call"),
    errors === null ? "errors unknown" : formatNumberOf(errors, "error"),
    hasTokens
      ? `${formatCount(tokens_in ?? 0)} tokens in, ${
        formatCount(tokens_out ?? 0)
      } out`
      : null,
    describeCaches(totals),
    totals.cost_usd_e6 === null ? null : formatTotalCost(totals),
  ]);
}

function describeCaches(totals: SessionTotals): string | null {
  const read = totals.cache_read_tokens ?? 0;
  const written = totals.cache_creation_tokens ?? 0;
  if (Number(read) === 0 && Number(written) === 0) return null;
  return `${formatCount(read)} read from caches, ${
    formatCount(written)
  } written`;
}

/** `42 of 42 calls`, and which hooks did not report the others. */
function describeCoverage(coverage: SessionCoverage): string {
  const { calls, by_hook, in_subagents, before, missing } = coverage;
  const subagents = Number(in_subagents) > 0
    ? `, ${in_subagents} of them in subagents`
    : "";
  return joinFacts([
    `${by_hook} of ${formatNumberOf(calls, "call")} came by hook`,
    missing.length === 0 ? null : `missing: ${missing.join(", ")}${subagents}`,
    Number(before) === 0
      ? null
      : `${formatNumberOf(before, "call")} before the first event`,
  ]);
}
