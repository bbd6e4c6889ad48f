// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the nodes of the tree: calls, and subagents whose call is not known.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { subtractInts } from "./_int.ts";
import { countBytes } from "./_text.ts";
import {
  type CallState,
  endOf,
  errorOf,
  latencyOf,
  outcomeOf,
  pathsOf,
  seenAt,
  subagentTypeOf,
  summaryOf,
  threadOf,
  toolOf,
} from "./call_state.ts";
import type { TreeNode } from "./call_tree.ts";
import { deadlineOf, isRunning, ownStopOf } from "./deadlines.ts";
import type { Halts } from "./halts.ts";
import { isBefore, type Moment } from "./moment.ts";
import type { SessionState } from "./session_state.ts";
import { newThread, type ThreadState } from "./thread_state.ts";

/** The input for the text of a call beside the call. */
export interface OutlineContext {
  readonly state: SessionState;
  readonly threads: ReadonlyMap<string, ThreadState>;
  readonly waits: ReadonlyMap<string, Moment>;
  readonly halts: Halts;
  readonly inState: ReadonlySet<string>;
  readonly endMs: Int | null;
}

/** Prints the beginning of a call's ToolSpanView, which depends on the call alone. */
export function printCall(sessionId: string, call: CallState): string {
  const agentId = threadOf(call) || null;
  return `{"span_id":${JSON.stringify(callSpanId(sessionId, call))}` +
    `,"tool":${JSON.stringify(toolOf(call) ?? "unknown")}` +
    `,"paths":${JSON.stringify(pathsOf(call))}` +
    `,"tool_call_id":${JSON.stringify(call.callId)}` +
    `,"started_at_ms":${call.start?.at[0] ?? null}` +
    `,"latency_ms":${latencyOf(call)},"error":${
      JSON.stringify(errorOf(call))
    }` +
    `,"agent_id":${JSON.stringify(agentId)},"summary":${
      JSON.stringify(summaryOf(call))
    }`;
}

/** Prints the end of the call, which may depend on other events. */
export function printFate(call: CallState, context: OutlineContext): string {
  const end = endOf(call);
  const { status, endMs } = end === null
    ? fateOf(call, context)
    : { status: outcomeOf(call) ?? "done", endMs: end.at[0] };
  const startMs = call.start?.at[0] ?? null;
  const lead = endMs === null || startMs === null
    ? null
    : maxZero(subtractInts(endMs, startMs));
  const wait = waitOf(call, context.waits.get(call.key) ?? null);
  return `,"status":"${status}","lead_time_ms":${lead}` +
    `,"ended_at_ms":${endMs},"wait_ms":${wait}`;
}

interface CallFate {
  readonly status: "open" | "interrupted" | "orphaned";
  readonly endMs: Int | null;
}

/** Decides the end of a call without an event of its end. */
function fateOf(
  call: CallState,
  { state, threads, halts, endMs }: OutlineContext,
): CallFate {
  const id = threadOf(call);
  const seen = seenAt(call);
  const deadline = deadlineOf(state, threads.get(id) ?? newThread(id));
  if (!isBefore(seen, deadline)) {
    return { status: endMs === null ? "open" : "orphaned", endMs: null };
  }
  const interrupt = halts.interruptAfter(id, seen);
  return interrupt === null
    ? { status: "orphaned", endMs: null }
    : { status: "interrupted", endMs: interrupt[0] };
}

/**
 * Returns the time until the user allowed the call in milliseconds: as the agent tells it, else the
 * time from the request to the end without the call's own duration.
 */
function waitOf(call: CallState, askedAt: Moment | null): Int | null {
  const told = call.end?.waitMs ?? call.start?.waitMs ?? null;
  const end = endOf(call);
  if (told !== null || askedAt === null || end === null) return told;
  const until = subtractInts(end.at[0], askedAt[0]);
  if (outcomeOf(call) === "denied") return maxZero(until);
  const latency = latencyOf(call);
  return latency === null ? null : maxZero(subtractInts(until, latency));
}

function maxZero(value: Int): Int {
  return value < 0 ? 0 : value;
}

/** Prints the beginning of the ToolSpanView of a subagent whose call is not known. */
export function printAgent(
  agent: ThreadState,
  { state, endMs }: OutlineContext,
): string {
  const { id, type, firstStart } = agent;
  // Without an event of its start, its calls tell whether it runs.
  const runs = endMs === null &&
    (firstStart === null
      ? state.open.some((call) => call.whole === null && threadOf(call) === id)
      : isRunning(state, agent));
  const stop = runs ? null : ownStopOf(agent);
  const isDone = stop !== null || firstStart === null;
  const status = runs ? "open" : isDone ? "done" : "orphaned";
  const startMs = firstStart?.[0] ?? null;
  const lead = stop === null || startMs === null
    ? null
    : maxZero(subtractInts(stop[0], startMs));
  return `{"span_id":${JSON.stringify(agentSpanId(id))}` +
    `,"tool":${JSON.stringify(type ?? "agent")}` +
    `,"paths":[]` +
    `,"tool_call_id":null,"started_at_ms":${startMs},"latency_ms":null` +
    `,"error":null,"agent_id":${JSON.stringify(id)},"summary":null` +
    `,"status":"${status}","lead_time_ms":${lead}` +
    `,"ended_at_ms":${stop?.[0] ?? null},"wait_ms":null`;
}

/** Prints the type of the subagent that a call starts; nothing for other calls. */
export function printSubagentType(
  { call, starts }: TreeNode,
  { threads }: OutlineContext,
): string {
  if (call === null) return "";
  const [id = ""] = starts;
  const type = subagentTypeOf(call) ?? threads.get(id)?.type ?? null;
  return type === null ? "" : `,"subagent_type":${JSON.stringify(type)}`;
}

export function spanIdOf(sessionId: string, node: TreeNode): string {
  return node.call === null
    ? agentSpanId(node.agent.id)
    : callSpanId(sessionId, node.call);
}

/** Returns a name that no call of another session has. */
function callSpanId(sessionId: string, { callId, key }: CallState): string {
  return `v1:${countBytes(sessionId)}:${sessionId}:${callId ?? key}`;
}

function agentSpanId(id: string): string {
  return `agent:${id}`;
}
