// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's spans: one for each call, below the call that started the subagent which made it.
 * @module
 */
import type { ModelCall } from "./calls.ts";
import type { Seen } from "./event.ts";
import {
  findRequests,
  isForPermission,
  type ModelRequest,
} from "./requests.ts";
import { type ModelThread, runs, stopOf } from "./threads.ts";

/** A span as the wire has it, without the keys that name it. */
export interface ModelSpan {
  /** The agent's id for the call; null for one without, and for the node of a subagent. */
  tool_call_id: string | null;
  /** True for the node of a subagent whose call is not known. */
  is_agent: boolean;
  tool: string;
  status: "open" | "done" | "failed" | "denied" | "interrupted" | "orphaned";
  started_at_ms: number | null;
  ended_at_ms: number | null;
  lead_time_ms: number | null;
  wait_ms: number | null;
  latency_ms: number | null;
  error: string | null;
  agent_id: string | null;
  summary: string | null;
  paths: string[];
  tokens_in: number | null;
  tokens_out: number | null;
  reasoning_tokens: number | null;
  cost_usd_e6: number | null;
  depth: number;
  subtree_cost_usd_e6: number | null;
  subtree_token_count: number | null;
  children: ModelSpan[];
}

/** The parts of a session's spans. */
export interface Parts {
  calls: readonly ModelCall[];
  threads: readonly ModelThread[];
  events: readonly Seen[];
  /** Whether the session is over. */
  isEnded: boolean;
}

/** Builds the tree. */
export function buildTree(parts: Parts): ModelSpan[] {
  const requests = findRequests(parts.calls, parts.threads, parts.events);
  const below = (thread: string, depth: number): ModelSpan[] =>
    parts.calls.filter((call) => call.thread === thread)
      .map((call) => {
        const children = parts.threads
          .filter(({ parent }) => parent === call)
          .flatMap(({ id }) => below(id, depth + 1));
        return withSums({ ...toSpan(call, parts, requests), depth, children });
      });
  const nodes = parts.threads
    .filter(({ id, parent }) =>
      parent === null && parts.calls.some(({ thread }) => thread === id)
    )
    .map((thread) =>
      withSums({ ...toNode(thread, parts), children: below(thread.id, 1) })
    );
  return inOrder([...below("", 0), ...nodes]);
}

/** The spans of a tree, parents first. */
export function flatten(tree: readonly ModelSpan[]): ModelSpan[] {
  return tree.flatMap((span) => [span, ...flatten(span.children)]);
}

function inOrder(spans: readonly ModelSpan[]): ModelSpan[] {
  return [...spans].sort((a, b) => startOf(a) - startOf(b))
    .map((span) => ({ ...span, children: inOrder(span.children) }));
}

function startOf({ started_at_ms, ended_at_ms }: ModelSpan): number {
  return started_at_ms ?? ended_at_ms ?? 0;
}

function toSpan(
  call: ModelCall,
  parts: Parts,
  requests: readonly ModelRequest[],
): Omit<ModelSpan, "depth" | "children"> {
  const stop = stopOf(call, parts);
  const isInterrupted = stop?.meaning === "interrupt";
  const end = call.end ?? (isInterrupted ? stop : null);
  return {
    tool_call_id: call.id,
    is_agent: false,
    tool: call.tool,
    status: statusOf(call, stop, parts.isEnded),
    started_at_ms: call.start?.ms ?? null,
    ended_at_ms: end?.ms ?? null,
    lead_time_ms: call.start === null || end === null
      ? null
      : Math.max(0, end.ms - call.start.ms),
    wait_ms: waitOf(call, requests),
    latency_ms: call.latencyMs,
    error: call.error,
    agent_id: call.thread || null,
    summary: call.summary,
    paths: call.paths,
    tokens_in: call.tokensIn,
    tokens_out: call.tokensOut,
    reasoning_tokens: call.reasoning,
    cost_usd_e6: call.cost,
    subtree_cost_usd_e6: null,
    subtree_token_count: null,
  };
}

function statusOf(
  { end, outcome }: ModelCall,
  stop: Seen | null,
  isEnded: boolean,
): ModelSpan["status"] {
  if (end !== null) return outcome ?? "done";
  if (stop?.meaning === "interrupt") return "interrupted";
  return stop !== null || isEnded ? "orphaned" : "open";
}

/**
 * How long the user was waited for: what the agent says, else from the request until the call went
 * on.
 */
function waitOf(
  call: ModelCall,
  requests: readonly ModelRequest[],
): number | null {
  const said = call.events.map(({ fields }) => fields.permission_wait_ms)
    .findLast((value) => typeof value === "number");
  if (typeof said === "number") return said;
  const request = requests.find((request) =>
    request.call === call && isForPermission(request)
  );
  if (request === undefined || call.end === null) return null;
  const { outcome, latencyMs, end } = call;
  if (outcome !== "denied" && latencyMs === null) return null;
  const run = outcome === "denied" ? 0 : latencyMs ?? 0;
  return Math.max(0, end.ms - run - request.event.ms);
}

function toNode(
  thread: ModelThread,
  parts: Parts,
): Omit<ModelSpan, "children"> {
  const { id, type, firstStart } = thread;
  // Without an event of its start, its calls tell the start.
  const isOpen = !parts.isEnded &&
    (firstStart === null
      ? parts.calls.some((call) =>
        call.thread === id && call.start !== null && call.end === null &&
        stopOf(call, parts) === null
      )
      : runs(thread));
  const stop = isOpen ? null : thread.stop;
  const isDone = stop !== null || firstStart === null;
  return {
    tool_call_id: null,
    is_agent: true,
    tool: type ?? "agent",
    status: isOpen ? "open" : isDone ? "done" : "orphaned",
    started_at_ms: firstStart?.ms ?? null,
    ended_at_ms: stop?.ms ?? null,
    lead_time_ms: firstStart === null || stop === null
      ? null
      : stop.ms - firstStart.ms,
    wait_ms: null,
    latency_ms: null,
    error: null,
    agent_id: id,
    summary: null,
    paths: [],
    tokens_in: null,
    tokens_out: null,
    reasoning_tokens: null,
    cost_usd_e6: null,
    depth: 0,
    subtree_cost_usd_e6: null,
    subtree_token_count: null,
  };
}

/** A tree's sums: of costs, and of tokens in and out; null where nothing is known. */
function withSums(span: ModelSpan): ModelSpan {
  const sum = (values: readonly (number | null)[]) =>
    values.reduce((a, b) => a === null ? b : b === null ? a : a + b, null);
  const own = sum([span.tokens_in, span.tokens_out]);
  return {
    ...span,
    subtree_cost_usd_e6: sum([
      span.cost_usd_e6,
      ...span.children.map((child) => child.subtree_cost_usd_e6),
    ]),
    subtree_token_count: sum([
      own,
      ...span.children.map((child) => child.subtree_token_count),
    ]),
  };
}
