// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints sessions as JSON. Their activity changes without an event when they become silent, so it
 * comes last, in two versions.
 * @module
 */
import type { Int, SessionStatus } from "../proto/mod.ts";
import { clampCost } from "./_int.ts";
import {
  activityOf,
  isGitSession,
  quietAt,
  type SessionStanding,
  silentActivity,
} from "./activity.ts";
import { endMsOf, type SessionState, type Told } from "./session_state.ts";
import type { SessionSums, Sum } from "./session_sums.ts";

/**
 * A session's JSON in pieces: `record`, then `told` or the usage in its transcripts, then
 * `start_commit`, `end_commit` and `branch`, which may come from git's events in the same worktree,
 * then `live`, or `quiet` from `quietMs` on.
 */
export interface PrintedSession {
  readonly record: string;
  /** The end of the totals: tokens and cost from its events. */
  readonly told: string;
  readonly live: string;
  readonly quiet: string;
  /** The result of {@linkcode quietAt}. */
  readonly quietMs: Int | null;
  /** The status in `live`. */
  readonly status: SessionStatus;
  /** The branch from the agent. It wins over that of git's events. */
  readonly branch: string | null;
}

/** The values by which the store finds a session. */
export interface SessionOverview {
  readonly firstMs: Int;
  readonly lastMs: Int;
  readonly agent: string;
  /** "" if no event tells. */
  readonly tracePath: string;
  readonly ended: boolean;
}

/** Returns the values by which the store finds a session. */
export function overviewOf(state: SessionState): SessionOverview {
  return {
    firstMs: state.firstMs ?? 0,
    lastMs: state.lastMs ?? 0,
    agent: agentName(state),
    tracePath: state.trace?.[0] ?? "",
    ended: isGitSession(state.id) || endMsOf(state) !== null,
  };
}

/** Prints a session. @param workspace Canonical path. */
export function printSession(
  state: SessionState,
  workspace: string,
): PrintedSession {
  const standing = activityOf(state);
  const quietMs = quietAt(state);
  const live = printStanding(standing);
  return {
    record:
      `{"id":${JSON.stringify(state.id)},"agent":${
        JSON.stringify(agentName(state))
      }` +
      `,"model":${told(state.model)},"workspace":${JSON.stringify(workspace)}` +
      `,"started_at_ms":${state.firstMs ?? 0}` +
      `,"ended_at_ms":${endMsOf(state)}` +
      `,"trace_path":${JSON.stringify(state.trace?.[0] ?? "")}` +
      `,"dirty_start":null,"dirty_end":null,"repo_binding_source":null` +
      `,"prompt_fingerprint":null,"parent_session_id":${told(state.parent)}` +
      `,"agent_version":${told(state.version)},"os":${told(state.os)}` +
      `,"arch":${told(state.arch)},"repo_file_count":null` +
      `,"repo_total_loc":null,"last_event_at_ms":${state.lastMs ?? 0}` +
      `,"title":${told(state.title)},"totals":${printTotals(state)}`,
    told: printTold(state.sums),
    live,
    quiet: quietMs === null ? live : printStanding(silentActivity(state)),
    quietMs,
    status: standing.status,
    branch: state.branch?.[0] ?? null,
  };
}

function printStanding({ status, activity }: SessionStanding): string {
  const { state, since_ms, tool, message } = activity;
  return `,"status":"${status}","activity":{"state":"${state}"` +
    `,"since_ms":${since_ms},"tool":${JSON.stringify(tool)}` +
    `,"message":${JSON.stringify(message)}}}`;
}

function printTotals({ events, lastMs, sums }: SessionState): string {
  return `{"events":${events},"tool_calls":${sums.calls}` +
    `,"errors":${countErrors(sums)},"last_event_ms":${lastMs ?? 0}`;
}

function printTold(sums: SessionSums): string {
  return `,"tokens_in":${sumOf(sums.tokensIn)}` +
    `,"tokens_out":${sumOf(sums.tokensOut)}` +
    `,"cost_usd_e6":${costOf(sums.cost)}` +
    `,"cost_complete":${isComplete(sums)}}`;
}

/** Returns the number of failed calls; null if none failed and some have an unknown outcome. */
function countErrors({ failed, unknown }: SessionSums): number | null {
  return unknown > 0 && failed === 0 ? null : failed;
}

function costOf(sum: Sum): Int | null {
  const cost = sumOf(sum);
  return cost === null ? null : clampCost(cost);
}

function sumOf([sum, count]: Sum): Int | null {
  return count === 0 ? null : sum;
}

/** Whether the cost covers all calls, or is not told for each call. */
function isComplete({ cost, calls, costCalls }: SessionSums): boolean {
  return cost[1] > 0 && (costCalls === 0 || costCalls === calls);
}

function agentName({ id, agent }: SessionState): string {
  return isGitSession(id) ? "git" : agent?.[0] ?? "";
}

function told(value: Told<string> | null): string {
  return JSON.stringify(value?.[0] ?? null);
}
