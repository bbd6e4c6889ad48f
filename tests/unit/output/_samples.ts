// SPDX-License-Identifier: AGPL-3.0-or-later
/** Records with everything in them; a test changes what matters to it. */
import type {
  EventRecord,
  SessionRecord,
  SpanNode,
  ToolSpanView,
} from "../../../src/proto/mod.ts";

export const START_MS = 1_714_000_000_000;

export function session(changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: "s1",
    agent: "claude",
    model: "opus",
    workspace: "/w/app",
    started_at_ms: START_MS,
    ended_at_ms: null,
    status: "Running",
    trace_path: "",
    start_commit: null,
    end_commit: null,
    branch: null,
    dirty_start: null,
    dirty_end: null,
    repo_binding_source: null,
    prompt_fingerprint: null,
    parent_session_id: null,
    agent_version: null,
    os: null,
    arch: null,
    repo_file_count: null,
    repo_total_loc: null,
    ...changes,
  };
}

export function event(changes: Partial<EventRecord> = {}): EventRecord {
  return {
    session_id: "s1",
    seq: 0,
    ts_ms: START_MS,
    ts_exact: true,
    kind: "Lifecycle",
    source: "Hook",
    tool: null,
    tool_call_id: null,
    tokens_in: null,
    tokens_out: null,
    reasoning_tokens: null,
    cost_usd_e6: null,
    stop_reason: null,
    latency_ms: null,
    ttft_ms: null,
    retry_count: null,
    context_used_tokens: null,
    context_max_tokens: null,
    cache_creation_tokens: null,
    cache_read_tokens: null,
    system_prompt_tokens: null,
    payload: {},
    ...changes,
  };
}

export function span(changes: Partial<ToolSpanView> = {}): ToolSpanView {
  return {
    span_id: "v1:2:s1:t1",
    tool: "Bash",
    status: "done",
    lead_time_ms: 750,
    tokens_in: null,
    tokens_out: null,
    reasoning_tokens: null,
    cost_usd_e6: null,
    paths: [],
    parent_span_id: null,
    depth: 0,
    subtree_cost_usd_e6: null,
    subtree_token_count: null,
    ...changes,
  };
}

export function node(
  changes: Partial<ToolSpanView> = {},
  children: SpanNode[] = [],
): SpanNode {
  const view = span(changes);
  return {
    span: view,
    children,
    subtree_cost_usd_e6: view.subtree_cost_usd_e6 ?? 0,
    subtree_token_count: view.subtree_token_count ?? 0,
  };
}
