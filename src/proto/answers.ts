// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The answers of the wire and the records in them, as tables (wire version 1). The decoder checks
 * answers against them, and the daemon's answers must fit the types computed from them.
 *
 * A key that only newer daemons send is one more row, with `missing` or `optional`. The decoder
 * keeps keys without a row and does not check them.
 * @module
 */
import type { AnswerFields, FieldsOf, Flat, TreeOf } from "./fields.ts";
import { MAX_ANSWER_DEPTH, MAX_DEPTH, MAX_EVENT_DEPTH } from "./limits.ts";
import {
  ACTIVITY_STATES,
  EVENT_KINDS,
  EVENT_SOURCES,
  SESSION_STATUSES,
  SPAN_STATUSES,
  SURENESSES,
  USAGE_GROUPS,
  WATCH_FAULTS,
  WATCH_STATES,
} from "./wire.ts";

/** Sums over a session's events, null where no event has them. The reference does not send them. */
const TOTALS = {
  events: "u64",
  tool_calls: "u64",
  errors: { nullable: "u64" },
  tokens_in: { nullable: "u64" },
  tokens_out: { nullable: "u64" },
  /** Millionths of a US dollar. */
  cost_usd_e6: { nullable: "i64" },
  last_event_ms: "u64",
  /** Whether the cost of every call, or of every message, is known. */
  cost_complete: { missing: "bool" },
  // These come from the transcript.
  /** Input read from a cache, and written to one; `tokens_in` has neither. */
  cache_read_tokens: { optional: "u64" },
  cache_creation_tokens: { optional: "u64" },
  /** The part of `tokens_out` that is reasoning. */
  reasoning_tokens: { optional: "u64" },
  /** Models whose price is not known. */
  unpriced_models: { missing: { list: "text" } },
} as const satisfies AnswerFields;

/** The activity of a session. The reference does not send it. */
const ACTIVITY = {
  state: { oneOf: ACTIVITY_STATES },
  since_ms: "u64",
  /** The tool that runs or waits. */
  tool: { nullable: "text" },
  /** The call in one line, or why the turn failed. */
  message: { nullable: "text" },
} as const satisfies AnswerFields;

/** A session in a list or a detail. */
export const SESSION = {
  id: "text",
  agent: "text",
  model: { nullable: "text" },
  workspace: "text",
  started_at_ms: "u64",
  ended_at_ms: { nullable: "u64" },
  status: { oneOf: SESSION_STATUSES },
  trace_path: "text",
  start_commit: { nullable: "text" },
  end_commit: { nullable: "text" },
  branch: { nullable: "text" },
  dirty_start: { nullable: "bool" },
  dirty_end: { nullable: "bool" },
  repo_binding_source: { nullable: "text" },
  prompt_fingerprint: { nullable: "text" },
  parent_session_id: { nullable: "text" },
  agent_version: { nullable: "text" },
  os: { nullable: "text" },
  arch: { nullable: "text" },
  repo_file_count: { nullable: "u32" },
  repo_total_loc: { nullable: "u64" },
  totals: { missing: { record: TOTALS } },
  last_event_at_ms: { missing: "u64" },
  /** The beginning of the first prompt. */
  title: { optional: "text" },
  activity: { missing: { record: ACTIVITY } },
} as const satisfies AnswerFields;

const EVENT = {
  session_id: "text",
  seq: "u64",
  ts_ms: "u64",
  ts_exact: "bool",
  kind: { oneOf: EVENT_KINDS },
  source: { oneOf: EVENT_SOURCES },
  tool: { nullable: "text" },
  tool_call_id: { nullable: "text" },
  tokens_in: { nullable: "u32" },
  tokens_out: { nullable: "u32" },
  reasoning_tokens: { nullable: "u32" },
  cost_usd_e6: { nullable: "i64" },
  stop_reason: { nullable: "text" },
  latency_ms: { nullable: "u32" },
  ttft_ms: { nullable: "u32" },
  retry_count: { nullable: "u32" },
  context_used_tokens: { nullable: "u32" },
  context_max_tokens: { nullable: "u32" },
  cache_creation_tokens: { nullable: "u32" },
  cache_read_tokens: { nullable: "u32" },
  system_prompt_tokens: { nullable: "u32" },
  payload: "json",
} as const satisfies AnswerFields;

const SPAN = {
  span_id: "text",
  tool: "text",
  status: { oneOf: SPAN_STATUSES },
  lead_time_ms: { nullable: "u64" },
  tokens_in: { nullable: "u32" },
  tokens_out: { nullable: "u32" },
  reasoning_tokens: { nullable: "u32" },
  cost_usd_e6: { nullable: "i64" },
  paths: { list: "text" },
  parent_span_id: { nullable: "text" },
  depth: "u32",
  subtree_cost_usd_e6: { nullable: "i64" },
  subtree_token_count: { nullable: "u32" },
  // The reference does not send what follows.
  tool_call_id: { optional: "text" },
  started_at_ms: { optional: "u64" },
  ended_at_ms: { optional: "u64" },
  /** How long the call waited for permission. */
  wait_ms: { optional: "u64" },
  /** As the agent measured it. */
  latency_ms: { optional: "u64" },
  /** The first line of what went wrong. */
  error: { optional: "text" },
  /** The subagent that made the call. */
  agent_id: { optional: "text" },
  /** A command, a path, a pattern: what the call is about, in one line. */
  summary: { optional: "text" },
  /** The type of the subagent that the call starts. */
  subagent_type: { optional: "text" },
} as const satisfies AnswerFields;

const SPAN_NODE = {
  span: { record: SPAN },
  subtree_cost_usd_e6: "i64",
  subtree_token_count: "u64",
  /** False: the sum of costs is no measurement. */
  cost_known: { missing: "bool" },
  /** False: the cost is more than the sum, as a part of it is not known. */
  cost_complete: { missing: "bool" },
} as const satisfies AnswerFields;

/** The transcripts that the daemon knows of. The reference does not send them. */
const TRANSCRIPTS = {
  read: "u64",
  /** Files that are not there, yet or any more. */
  missing: "u64",
  unreadable: "u64",
  /** Files that are to be read. */
  waiting: "u64",
  /** Why the user's own prices are not used. */
  prices_fault: { nullable: "text" },
} as const satisfies AnswerFields;

const SIZE = {
  bytes: "u64",
  sessions: "u64",
  events: "u64",
} as const satisfies AnswerFields;

/** A commit of git, and the session that made it. */
const COMMIT = {
  commit: "text",
  subject: { nullable: "text" },
  branch: { nullable: "text" },
  ts_ms: "u64",
  workspace: "text",
  /** Null: a person, or an unknown agent. */
  session_id: { nullable: "text" },
  agent: { nullable: "text" },
  tool_call_id: { nullable: "text" },
  /** How sure the session is; null without one. */
  sureness: { nullable: { oneOf: SURENESSES } },
  /** The session's title. */
  title: { nullable: "text" },
  /** The last prompt before the commit, if one commit was asked for. */
  prompt: { nullable: "text" },
  /** Of the whole session. */
  cost_usd_e6: { nullable: "i64" },
  /** The commit that was amended or rebased into this one. */
  replaces: { nullable: "text" },
  /** The commit that this one was amended or rebased into. */
  replaced_by: { nullable: "text" },
} as const satisfies AnswerFields;

/** Sums over messages. */
const USAGE_SUMS = {
  messages: "u64",
  tokens_in: "u64",
  tokens_out: "u64",
  cache_read_tokens: "u64",
  /** Written to a cache, for five minutes or for an hour. */
  cache_creation_tokens: "u64",
  cache_creation_1h_tokens: "u64",
  reasoning_tokens: { nullable: "u64" },
  /** Millionths of a US dollar; null where no price is known. */
  cost_usd_e6: { nullable: "i64" },
  /** False: the cost is more than `cost_usd_e6`. */
  cost_complete: "bool",
  unpriced_models: { list: "text" },
} as const satisfies AnswerFields;

/** The sums of one day, model, agent, workspace or session. */
const USAGE_ROW = {
  /** The day as YYYY-MM-DD, the name, the path or the id. */
  key: "text",
  /** Of a session. */
  workspace: { missing: "text" },
  agent: { missing: "text" },
  // The sums once more: a bundler keeps a table that another one is spread into.
  messages: "u64",
  tokens_in: "u64",
  tokens_out: "u64",
  cache_read_tokens: "u64",
  cache_creation_tokens: "u64",
  cache_creation_1h_tokens: "u64",
  reasoning_tokens: { nullable: "u64" },
  cost_usd_e6: { nullable: "i64" },
  cost_complete: "bool",
  unpriced_models: { list: "text" },
} as const satisfies AnswerFields;

/** The prices that costs are made with. */
const PRICES = {
  source: "text",
  /** The day that the list is of, as YYYY-MM-DD. */
  date: "text",
  /** The path of the user's own prices. */
  own: { nullable: "text" },
  /** Why these are not used. */
  fault: { nullable: "text" },
} as const satisfies AnswerFields;

/** How many of the calls in the transcript came by hook, too. */
const COVERAGE = {
  calls: "u64",
  by_hook: "u64",
  /** Of the calls that no hook reported, those of subagents. */
  in_subagents: "u64",
  /** Calls before the first event of the session. */
  before: "u64",
  /** Hooks that did not report calls, by the agent's name for them. */
  missing: { list: "text" },
} as const satisfies AnswerFields;

/** One kind of answer. */
interface AnswerRow {
  /** All keys but `type`. */
  readonly fields: AnswerFields;
  /** How deep arrays and objects may nest. */
  readonly maxDepth: number;
}

/** A match in a snippet. */
const SNIPPET_PLACE = {
  start: "u64",
  end: "u64",
} as const satisfies AnswerFields;

/** All answers by their `type`. */
export const ANSWERS = {
  hello: {
    fields: {
      proto_version: "u32",
      daemon_version: "text",
      workspaces: { list: "text" },
    },
    maxDepth: MAX_DEPTH,
  },
  status: {
    fields: {
      pid: "u32",
      uptime_ms: "u64",
      queue_depth: "u64",
      last_error: { nullable: "text" },
      /** Times of the last error and the last event that was stored. The reference sends none. */
      last_error_ms: { nullable: "u64" },
      last_stored_ms: { nullable: "u64" },
      capture: { missing: { list: "json" } },
      web: {
        missing: { record: { listen: "text", url: "text", token: "text" } },
      },
      store: { missing: { record: SIZE } },
      transcripts: { missing: { record: TRANSCRIPTS } },
    },
    maxDepth: MAX_DEPTH,
  },
  sessions: {
    fields: {
      rows: { list: { record: SESSION } },
      total: "u64",
      next_offset: { nullable: "u64" },
      /** The prefix of the request's filter. The reference does not send it. */
      id_prefix: { missing: "text" },
    },
    maxDepth: MAX_DEPTH,
  },
  detail: {
    fields: {
      session: { nullable: { record: SESSION } },
      events: { list: { record: EVENT } },
      spans: { trees: SPAN_NODE },
      /** Null: no transcript has been read. The reference does not send it. */
      coverage: { optional: { record: COVERAGE } },
    },
    maxDepth: MAX_ANSWER_DEPTH,
  },
  commits: {
    fields: { rows: { list: { record: COMMIT } }, total: "u64" },
    maxDepth: MAX_DEPTH,
  },
  ack: { fields: { message: "text" }, maxDepth: MAX_DEPTH },
  /** The outcomes of many events. The reference does not send it. */
  ingested: {
    fields: {
      /** Events that are on disk, those included that were before. */
      stored: "u64",
      refused: "u64",
      /** Why the first of these was refused. */
      reason: { nullable: "text" },
    },
    maxDepth: MAX_DEPTH,
  },
  error: {
    fields: {
      message: "text",
      supported_min: { nullable: "u32" },
      supported_max: { nullable: "u32" },
      /**
       * True: it is the store's fault, so the same request may be granted later. The reference does
       * not send it.
       */
      temporary: { missing: "bool" },
      /** Why events cannot be watched. The reference does not send it. */
      reason: { missing: { oneOf: WATCH_FAULTS } },
    },
    maxDepth: MAX_DEPTH,
  },
  /** Tokens and costs. The reference does not send it. */
  usage: {
    fields: {
      by: { oneOf: USAGE_GROUPS },
      rows: { list: { record: USAGE_ROW } },
      total: { record: USAGE_SUMS },
      prices: { record: PRICES },
      transcripts: { record: TRANSCRIPTS },
    },
    maxDepth: MAX_DEPTH,
  },
  /** The size of the store and what a prune removed. The reference does not send it. */
  store: {
    fields: {
      bytes: "u64",
      sessions: "u64",
      events: "u64",
      free_bytes: { missing: "u64" },
      workspaces: { missing: "u64" },
      oldest_ms: { optional: "u64" },
      newest_ms: { optional: "u64" },
      removed_sessions: { missing: "u64" },
      removed_events: { missing: "u64" },
      /** False: the prune has more to delete, so ask again. */
      done: { missing: "bool" },
    },
    maxDepth: MAX_DEPTH,
  },
  /** Says where a watch is. The reference does not send it. */
  watch: {
    fields: {
      state: { oneOf: WATCH_STATES },
      /** The place up to which all events that match have been sent. */
      cursor: "text",
      /** The home's id, made once at random. */
      machine: "text",
    },
    maxDepth: MAX_DEPTH,
  },
  /** One event of a watch. The reference does not send it. */
  event: {
    fields: {
      /** Its place among all events of the store. Null if a client has polled for it. */
      cursor: { nullable: "text" },
      machine: { nullable: "text" },
      workspace: "text",
      /** The session's agent. */
      agent: "text",
      event: { record: EVENT },
    },
    maxDepth: MAX_EVENT_DEPTH,
  },
  /** One event that a search found. The reference does not send it. */
  match: {
    fields: {
      cursor: "text",
      machine: "text",
      workspace: "text",
      agent: "text",
      session_id: "text",
      seq: "u64",
      ts_ms: "u64",
      /** The kind of event. */
      event: "text",
      tool: { nullable: "text" },
      /** Path of the first text that matches in the payload. */
      where: "text",
      /** The part of its line around the match. */
      snippet: "text",
      /** Start and end of each match in the snippet, in Unicode characters. */
      matches: { list: { record: SNIPPET_PLACE } },
    },
    maxDepth: MAX_DEPTH,
  },
} as const satisfies Record<string, AnswerRow>;

/** An answer's `type`. */
export type AnswerName = keyof typeof ANSWERS;

/** Each answer by its `type`. */
type AnswerMap = {
  [N in AnswerName]: Flat<
    { type: N } & FieldsOf<(typeof ANSWERS)[N]["fields"]>
  >;
};

/** The answer of a type. It may hold more keys, as decoding keeps those without a row. */
export type AnswerOf<N extends AnswerName> = AnswerMap[N];

/** Any answer. */
export type DaemonAnswer = AnswerMap[AnswerName];

export interface SessionTotals extends FieldsOf<typeof TOTALS> {}
export interface SessionActivity extends FieldsOf<typeof ACTIVITY> {}
export interface SessionRecord extends FieldsOf<typeof SESSION> {}
export interface CommitRecord extends FieldsOf<typeof COMMIT> {}
export interface SnippetPlace extends FieldsOf<typeof SNIPPET_PLACE> {}
export interface EventRecord extends FieldsOf<typeof EVENT> {}
export interface ToolSpanView extends FieldsOf<typeof SPAN> {}
export interface UsageSumsRecord extends FieldsOf<typeof USAGE_SUMS> {}
export interface UsageRow extends FieldsOf<typeof USAGE_ROW> {}
export interface SessionCoverage extends FieldsOf<typeof COVERAGE> {}
export interface StoreSize extends FieldsOf<typeof SIZE> {}
/** A span, the spans that it contains, and their sums. */
export type SpanNode = TreeOf<typeof SPAN_NODE>;

/** Whether a text is the `type` of an answer. */
export function isAnswerName(name: string): name is AnswerName {
  return Object.hasOwn(ANSWERS, name);
}
