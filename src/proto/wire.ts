// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The shapes on the wire, field names and spellings as they travel (wire version 1).
 * @module
 */
import type { Int } from "./int.ts";
import type { JsonValue } from "./json.ts";

/** The agents whose hooks the wire knows; Codex travels as `claude`. */
export const HOOK_SOURCES = ["cursor", "claude", "openclaw", "vibe"] as const;
export type HookSource = typeof HOOK_SOURCES[number];

/** Who asks; the reference has no other. */
export const CLIENT_KINDS = ["tui", "cli", "mcp"] as const;
export type ClientKind = typeof CLIENT_KINDS[number];

export const SESSION_STATUSES = ["Running", "Waiting", "Idle", "Done"] as const;
export type SessionStatus = typeof SESSION_STATUSES[number];

export const EVENT_KINDS = [
  "ToolCall",
  "ToolResult",
  "Message",
  "Error",
  "Cost",
  "Hook",
  "Lifecycle",
] as const;
export type EventKind = typeof EVENT_KINDS[number];

export const EVENT_SOURCES = ["Tail", "Hook", "Proxy"] as const;
export type EventSource = typeof EVENT_SOURCES[number];

export const SPAN_STATUSES = ["done", "orphaned"] as const;
export type SpanStatus = typeof SPAN_STATUSES[number];

// Requests.

export interface HelloRequest {
  type: "hello";
  proto_version: number;
  client: ClientKind;
  workspace?: string | null;
}

export interface StatusRequest {
  type: "status";
}

export interface StopRequest {
  type: "stop";
}

/** Which sessions to list; a missing or null member does not filter. */
export interface SessionFilter {
  agent_prefix?: string | null;
  status?: SessionStatus | null;
  since_ms?: Int | null;
}

export interface ListSessionsRequest {
  type: "list_sessions";
  workspace: string;
  offset: Int;
  limit: Int;
  filter: SessionFilter;
}

export interface GetSessionDetailRequest {
  type: "get_session_detail";
  id: string;
  workspace?: string | null;
}

export interface IngestHookRequest {
  type: "ingest_hook";
  source: HookSource;
  /** JSON text of the hook's payload. */
  payload: string;
  workspace?: string | null;
}

/** Requests of newer clients of the reference, which our daemon refuses in words. */
export const FOREIGN_REQUESTS = [
  "ensure_workspace_capture",
  "ensure_proxy",
  "begin_observed_session",
] as const;
export interface ForeignRequest {
  type: typeof FOREIGN_REQUESTS[number];
}

/** Ours alone: asks for the size of the store. */
export interface StoreStatsRequest {
  type: "store_stats";
}

/** Ours alone: deletes sessions whose last event is before `before_ms`, or the one called `session`. */
export interface StorePruneRequest {
  type: "store_prune";
  before_ms?: Int | null;
  session?: string | null;
  workspace?: string | null;
  /** True: only count what would be deleted. */
  dry_run?: boolean | null;
}

export type DaemonRequest =
  | HelloRequest
  | StatusRequest
  | StopRequest
  | ListSessionsRequest
  | GetSessionDetailRequest
  | IngestHookRequest
  | ForeignRequest
  | StoreStatsRequest
  | StorePruneRequest;

// Records.

/** Sums over a session's events; ours alone (the reference sends none). */
export interface SessionTotals {
  events: Int;
  tool_calls: Int;
  errors: Int;
  tokens_in: Int;
  tokens_out: Int;
  /** Millionths of a US dollar. */
  cost_usd_e6: Int;
  last_event_ms: Int;
}

export interface SessionRecord {
  id: string;
  agent: string;
  model: string | null;
  workspace: string;
  started_at_ms: Int;
  ended_at_ms: Int | null;
  status: SessionStatus;
  trace_path: string;
  start_commit: string | null;
  end_commit: string | null;
  branch: string | null;
  dirty_start: boolean | null;
  dirty_end: boolean | null;
  repo_binding_source: string | null;
  prompt_fingerprint: string | null;
  parent_session_id: string | null;
  agent_version: string | null;
  os: string | null;
  arch: string | null;
  repo_file_count: number | null;
  repo_total_loc: Int | null;
  totals?: SessionTotals;
}

export interface EventRecord {
  session_id: string;
  seq: Int;
  ts_ms: Int;
  ts_exact: boolean;
  kind: EventKind;
  source: EventSource;
  tool: string | null;
  tool_call_id: string | null;
  tokens_in: number | null;
  tokens_out: number | null;
  reasoning_tokens: number | null;
  cost_usd_e6: Int | null;
  stop_reason: string | null;
  latency_ms: number | null;
  ttft_ms: number | null;
  retry_count: number | null;
  context_used_tokens: number | null;
  context_max_tokens: number | null;
  cache_creation_tokens: number | null;
  cache_read_tokens: number | null;
  system_prompt_tokens: number | null;
  payload: JsonValue;
}

export interface ToolSpanView {
  span_id: string;
  tool: string;
  status: SpanStatus;
  lead_time_ms: Int | null;
  tokens_in: number | null;
  tokens_out: number | null;
  reasoning_tokens: number | null;
  cost_usd_e6: Int | null;
  paths: string[];
  parent_span_id: string | null;
  depth: number;
  subtree_cost_usd_e6: Int | null;
  subtree_token_count: number | null;
}

export interface SpanNode {
  span: ToolSpanView;
  children: SpanNode[];
  subtree_cost_usd_e6: Int;
  subtree_token_count: Int;
}

/** One span as the store keeps it: the view's fields, and the start that orders siblings. */
export interface SpanRow {
  spanId: string;
  parentSpanId: string | null;
  tool: string;
  status: SpanStatus;
  startMs: Int | null;
  leadTimeMs: Int | null;
  tokensIn: number | null;
  tokensOut: number | null;
  reasoningTokens: number | null;
  costUsdE6: Int | null;
  paths: string[];
  depth: number;
  subtreeCostUsdE6: Int | null;
  subtreeTokenCount: number | null;
}

// Answers. Validators keep fields they do not know, so each may hold more than is listed.

export interface HelloAnswer {
  type: "hello";
  proto_version: number;
  daemon_version: string;
  workspaces: string[];
}

export interface StoreSize {
  bytes: Int;
  sessions: Int;
  events: Int;
}

export interface StatusAnswer {
  type: "status";
  pid: number;
  uptime_ms: Int;
  queue_depth: Int;
  last_error: string | null;
  capture?: JsonValue[];
  web?: { listen: string; url: string; token: string };
  store?: StoreSize;
}

export interface SessionsAnswer {
  type: "sessions";
  rows: SessionRecord[];
  total: Int;
  next_offset: Int | null;
}

export interface DetailAnswer {
  type: "detail";
  session: SessionRecord | null;
  events: EventRecord[];
  spans: SpanNode[];
}

export interface AckAnswer {
  type: "ack";
  message: string;
}

export interface ErrorAnswer {
  type: "error";
  message: string;
  supported_min: number | null;
  supported_max: number | null;
}

/** Ours alone: what the store holds, and what a prune removed. */
export interface StoreAnswer {
  type: "store";
  bytes: Int;
  sessions: Int;
  events: Int;
  removed_sessions?: Int;
  removed_events?: Int;
  /** False: the prune has more to delete; ask again. */
  done?: boolean;
}

export type DaemonAnswer =
  | HelloAnswer
  | StatusAnswer
  | SessionsAnswer
  | DetailAnswer
  | AckAnswer
  | ErrorAnswer
  | StoreAnswer;
