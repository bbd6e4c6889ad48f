// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The requests of the wire, as one table (wire version 1). The decoder walks it, the client and the
 * daemon take their types from it, and the compiler names each place that lacks a row.
 * @module
 */
import type { AnswerName, AnswerOf } from "./answers.ts";
import type { FieldsOf, Flat, RequestFields } from "./fields.ts";
import {
  CLIENT_KINDS,
  HOOK_SOURCES,
  SESSION_STATUSES,
  USAGE_GROUPS,
} from "./wire.ts";

/** One kind of request. */
interface RequestRow {
  /** All keys but `type`. */
  readonly fields: RequestFields;
  /** The type of the answer. A daemon may answer any request with an error instead. */
  readonly answer: AnswerName;
  /** False: the daemon answers at once, however many requests wait. */
  readonly isQueued: boolean;
}

/** Which sessions to list. A field that is null or missing does not filter. */
const FILTER = {
  /** A prefix of the agent's name, case-insensitive. */
  agent_prefix: { optional: "text" },
  status: { optional: { oneOf: SESSION_STATUSES } },
  /** Only sessions that started at this time or later. */
  since_ms: { optional: "u64" },
  /** Only sessions that were active at this time or later. */
  active_since_ms: { additive: "u64" },
  /** A prefix of the id, case-sensitive. The answer repeats it. */
  id_prefix: { additive: "text" },
  /** True: list sessions of all workspaces and ignore `workspace`. It needs an `id_prefix`. */
  any_workspace: { additive: "bool" },
} as const satisfies RequestFields;

/** Which events to send. A field that is null or missing does not filter. */
const WATCH_FILTER = {
  workspace: { optional: "text" },
  /** The id of a session. */
  session: { optional: "text" },
  /** A prefix of the session's agent, case-insensitive. */
  agent_prefix: { optional: "text" },
  /** The name of a tool, case-insensitive. */
  tool: { optional: "text" },
  /** The kind of event, or the agent's name for it, case-insensitive. */
  event: { optional: "text" },
  /** A glob that a path of the event's call matches. */
  path: { optional: "text" },
  /** True: only calls and turns that failed. */
  errors: { optional: "bool" },
  /** Only events of this time or later, and before `until_ms`. */
  since_ms: { optional: "u64" },
  until_ms: { optional: "u64" },
} as const satisfies RequestFields;

/** All requests by their `type`. */
export const REQUESTS = {
  hello: {
    fields: {
      proto_version: "u32",
      client: { oneOf: CLIENT_KINDS },
      workspace: { optional: "text" },
    },
    answer: "hello",
    isQueued: false,
  },
  status: { fields: {}, answer: "status", isQueued: false },
  stop: { fields: {}, answer: "ack", isQueued: true },
  list_sessions: {
    fields: {
      workspace: "text",
      offset: "u64",
      limit: "u64",
      filter: { record: FILTER },
    },
    answer: "sessions",
    isQueued: true,
  },
  get_session_detail: {
    fields: {
      id: "text",
      workspace: { optional: "text" },
      /** True: answer without waiting for its transcript. */
      as_stored: { additive: "bool" },
    },
    answer: "detail",
    isQueued: true,
  },
  ingest_hook: {
    fields: {
      source: { oneOf: HOOK_SOURCES },
      /** JSON text of the hook's payload. */
      payload: "text",
      workspace: { optional: "text" },
    },
    answer: "ack",
    isQueued: true,
  },
  /**
   * Carries many events of one agent and workspace. Each counts as if it had come alone. The
   * reference does not know it.
   */
  ingest_events: {
    fields: {
      source: { oneOf: HOOK_SOURCES },
      workspace: { optional: "text" },
      /** The payloads as JSON Lines: at most `MAX_BATCH_LINES`. */
      payloads: "rest",
    },
    answer: "ingested",
    isQueued: true,
  },
  // Newer clients of the reference send these three. Our daemon refuses them with an error.
  ensure_workspace_capture: {
    fields: { workspace: "text", deep: "bool" },
    answer: "error",
    isQueued: false,
  },
  ensure_proxy: {
    fields: { workspace: "text", provider: "text" },
    answer: "error",
    isQueued: false,
  },
  begin_observed_session: {
    fields: { workspace: "text", agent: "text" },
    answer: "error",
    isQueued: false,
  },
  /** Asks for tokens and costs. The reference does not know it. */
  get_usage: {
    fields: {
      by: { oneOf: USAGE_GROUPS },
      /** Null: all workspaces. */
      workspace: { optional: "text" },
      /** Only the session with this id. */
      session: { optional: "text" },
      /** Only messages from this time on. */
      since_ms: { optional: "u64" },
      /** The time zone of days, such as "Europe/Berlin" (default: UTC). */
      zone: { optional: "text" },
    },
    answer: "usage",
    isQueued: true,
  },
  /** Asks for the size of the store. The reference does not know it. */
  store_stats: { fields: {}, answer: "store", isQueued: true },
  /**
   * Deletes the sessions whose last event is before `before_ms`, or the session with the id
   * `session`. The reference does not know it.
   */
  store_prune: {
    fields: {
      before_ms: { optional: "u64" },
      session: { optional: "text" },
      workspace: { optional: "text" },
      /** True: count the sessions without deleting them. */
      dry_run: { optional: "bool" },
    },
    answer: "store",
    isQueued: true,
  },
  /** Commits that git's hooks reported, the newest first. The reference does not know it. */
  list_commits: {
    fields: {
      /** Null: all workspaces. */
      workspace: { optional: "text" },
      since_ms: { optional: "u64" },
      /** Only commits of this session. */
      session: { optional: "text" },
      /** Only commits whose id begins with this. Their rows have the prompt. */
      ref: { optional: "text" },
      offset: "u64",
      limit: "u64",
    },
    answer: "commits",
    isQueued: true,
  },
  /**
   * Asks for events in the order of their commits, as frames that follow one another. The reference
   * does not know it.
   */
  watch_events: {
    fields: {
      /** Begin after the event with this cursor, else with the first event. */
      cursor: { optional: "text" },
      /** Begin with the newest N events that match, instead. */
      last: { optional: "u64" },
      /** True: go on with new events as they are stored. */
      follow: { optional: "bool" },
      /** True: go on although events after the cursor were deleted. */
      allow_gap: { optional: "bool" },
      filter: { optional: { record: WATCH_FILTER } },
    },
    answer: "watch",
    isQueued: false,
  },
  /**
   * Asks for the events with a text in their payload, in the order of their commits. The reference
   * does not know it.
   */
  search_events: {
    fields: {
      /** A text in the payload must contain this, as decoded from JSON. */
      text: "text",
      ignore_case: { optional: "bool" },
      /** Begin after the event with this cursor, else with the first event. */
      cursor: { optional: "text" },
      /** Only the newest N events that match. */
      last: { optional: "u64" },
      /** Search the payloads without their secrets. */
      redact: { optional: "bool" },
      filter: { optional: { record: WATCH_FILTER } },
    },
    answer: "watch",
    isQueued: false,
  },
} as const satisfies Record<string, RequestRow>;

/** A request's `type`. */
export type RequestName = keyof typeof REQUESTS;

/** Each request by its `type`. */
type RequestMap = {
  [N in RequestName]: Flat<
    { type: N } & FieldsOf<(typeof REQUESTS)[N]["fields"]>
  >;
};

/** The request of a type. */
export type RequestOf<N extends RequestName> = RequestMap[N];

/** Any request. */
export type DaemonRequest = RequestMap[RequestName];

/** The type of the answer to a request. */
export type AnswerNameTo<N extends RequestName> =
  (typeof REQUESTS)[N]["answer"];

/** The answer to a request. */
export type AnswerTo<N extends RequestName> = AnswerOf<AnswerNameTo<N>>;

/** Which sessions to list. */
export type SessionFilter = FieldsOf<typeof FILTER>;

/** Which events to send. */
export type WatchFilter = FieldsOf<typeof WATCH_FILTER>;

/** Whether a text is the `type` of a request. */
export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(REQUESTS, name);
}
