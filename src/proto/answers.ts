// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers from text. Validators look at what is known and keep what is not, so a newer daemon's extra fields survive.
 * @module
 */
import { decodeJson, type JsonValue } from "./json.ts";
import { MAX_DEPTH } from "./limits.ts";
import { readPlainObject } from "./plain_object.ts";
import {
  type AckAnswer,
  type DaemonAnswer,
  type DetailAnswer,
  type ErrorAnswer,
  EVENT_KINDS,
  EVENT_SOURCES,
  type EventRecord,
  type HelloAnswer,
  SESSION_STATUSES,
  type SessionRecord,
  type SessionsAnswer,
  type SessionTotals,
  SPAN_STATUSES,
  type SpanNode,
  type StatusAnswer,
  type StoreAnswer,
  type StoreSize,
  type ToolSpanView,
} from "./wire.ts";

/** JSON, but no answer that this version of the protocol knows. */
export class AnswerError extends Error {
  override get name(): string {
    return "AnswerError";
  }
}

type Guard<T> = (value: unknown) => value is T;
type Shape<T> = { readonly [K in keyof T]-?: Guard<T[K]> };

const isText = (value: unknown): value is string => typeof value === "string";
const isBool = (value: unknown): value is boolean => typeof value === "boolean";
const isInt = (value: unknown): value is number | bigint =>
  typeof value === "bigint" || Number.isInteger(value);
const isNumber = (value: unknown): value is number => Number.isInteger(value);
const isAny = (_: unknown): _ is JsonValue => true;

/** Null, or (as in the reference's own client) missing. */
function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null =>
    value === null || value === undefined || guard(value);
}

/** Missing; a member that only some daemons send. */
function orMissing<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

function oneOf<T extends string>(names: readonly T[]): Guard<T> {
  return (value): value is T => names.some((name) => name === value);
}

function listOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(guard);
}

function record<T>(shape: Shape<T>): Guard<T> {
  return (value): value is T => findFault(shape, value) === null;
}

/** Name of the first member that is not of the shape's form, "" if `value` is no object at all, null if all is well. */
function findFault<T>(shape: Shape<T>, value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "";
  }
  const members = new Map<string, unknown>(Object.entries(value));
  for (const name in shape) {
    if (!shape[name](members.get(name))) return name;
  }
  return null;
}

let made: ReturnType<typeof makeShapes> | undefined;

/** Made when the first answer is read: whoever reads none, such as a hook, should not pay for it. */
function shapes(): ReturnType<typeof makeShapes> {
  return made ??= makeShapes();
}

function makeShapes() {
  const isTotals = record<SessionTotals>({
    events: isInt,
    tool_calls: isInt,
    errors: isInt,
    tokens_in: isInt,
    tokens_out: isInt,
    cost_usd_e6: isInt,
    last_event_ms: isInt,
  });

  const isSession = record<SessionRecord>(
    {
      id: isText,
      agent: isText,
      model: orNull(isText),
      workspace: isText,
      started_at_ms: isInt,
      ended_at_ms: orNull(isInt),
      status: oneOf(SESSION_STATUSES),
      trace_path: isText,
      start_commit: orNull(isText),
      end_commit: orNull(isText),
      branch: orNull(isText),
      dirty_start: orNull(isBool),
      dirty_end: orNull(isBool),
      repo_binding_source: orNull(isText),
      prompt_fingerprint: orNull(isText),
      parent_session_id: orNull(isText),
      agent_version: orNull(isText),
      os: orNull(isText),
      arch: orNull(isText),
      repo_file_count: orNull(isNumber),
      repo_total_loc: orNull(isInt),
      totals: orMissing(isTotals),
    } satisfies Shape<SessionRecord>,
  );

  const isEvent = record<EventRecord>(
    {
      session_id: isText,
      seq: isInt,
      ts_ms: isInt,
      ts_exact: isBool,
      kind: oneOf(EVENT_KINDS),
      source: oneOf(EVENT_SOURCES),
      tool: orNull(isText),
      tool_call_id: orNull(isText),
      tokens_in: orNull(isNumber),
      tokens_out: orNull(isNumber),
      reasoning_tokens: orNull(isNumber),
      cost_usd_e6: orNull(isInt),
      stop_reason: orNull(isText),
      latency_ms: orNull(isNumber),
      ttft_ms: orNull(isNumber),
      retry_count: orNull(isNumber),
      context_used_tokens: orNull(isNumber),
      context_max_tokens: orNull(isNumber),
      cache_creation_tokens: orNull(isNumber),
      cache_read_tokens: orNull(isNumber),
      system_prompt_tokens: orNull(isNumber),
      payload: isAny,
    } satisfies Shape<EventRecord>,
  );

  const isSpan = record<ToolSpanView>(
    {
      span_id: isText,
      tool: isText,
      status: oneOf(SPAN_STATUSES),
      lead_time_ms: orNull(isInt),
      tokens_in: orNull(isNumber),
      tokens_out: orNull(isNumber),
      reasoning_tokens: orNull(isNumber),
      cost_usd_e6: orNull(isInt),
      paths: listOf(isText),
      parent_span_id: orNull(isText),
      depth: isNumber,
      subtree_cost_usd_e6: orNull(isInt),
      subtree_token_count: orNull(isNumber),
    } satisfies Shape<ToolSpanView>,
  );

  /** A span and all below it; walked with a list of its own, since a tree may be thousands deep. */
  function isSpanNode(value: unknown): value is SpanNode {
    const left: unknown[] = [value];
    const isOne = record<SpanNode>({
      span: isSpan,
      children: (children): children is SpanNode[] => {
        if (!Array.isArray(children)) return false;
        left.push(...children);
        return true;
      },
      subtree_cost_usd_e6: isInt,
      subtree_token_count: isInt,
    });
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (!isOne(node)) return false;
    }
    return true;
  }

  const isStoreSize = record<StoreSize>({
    bytes: isInt,
    sessions: isInt,
    events: isInt,
  });

  return {
    isSession,
    isEvent,
    hello: {
      type: oneOf(["hello"]),
      proto_version: isNumber,
      daemon_version: isText,
      workspaces: listOf(isText),
    } satisfies Shape<HelloAnswer>,
    status: {
      type: oneOf(["status"]),
      pid: isNumber,
      uptime_ms: isInt,
      queue_depth: isInt,
      last_error: orNull(isText),
      capture: orMissing(listOf(isAny)),
      web: orMissing(record({ listen: isText, url: isText, token: isText })),
      store: orMissing(isStoreSize),
    } satisfies Shape<StatusAnswer>,
    sessions: {
      type: oneOf(["sessions"]),
      rows: listOf(isSession),
      total: isInt,
      next_offset: orNull(isInt),
    } satisfies Shape<SessionsAnswer>,
    detail: {
      type: oneOf(["detail"]),
      session: orNull(isSession),
      events: listOf(isEvent),
      spans: listOf(isSpanNode),
    } satisfies Shape<DetailAnswer>,
    ack: {
      type: oneOf(["ack"]),
      message: isText,
    } satisfies Shape<AckAnswer>,
    error: {
      type: oneOf(["error"]),
      message: isText,
      supported_min: orNull(isNumber),
      supported_max: orNull(isNumber),
    } satisfies Shape<ErrorAnswer>,
    store: {
      type: oneOf(["store"]),
      bytes: isInt,
      sessions: isInt,
      events: isInt,
      removed_sessions: orMissing(isInt),
      removed_events: orMissing(isInt),
      done: orMissing(isBool),
    } satisfies Shape<StoreAnswer>,
  };
}

/**
 * Reads a whole answer; integers over 2^53 come as bigint.
 *
 * @param maxDepth How deep it may nest: a detail as deep as its spans do (`MAX_ANSWER_DEPTH`), all others no deeper than what can
 * be printed again.
 * @throws {JsonError} If the bytes are not strict JSON.
 * @throws {AnswerError} If the type is unknown, or a field is missing or of the wrong form.
 */
export function decodeAnswer(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): DaemonAnswer {
  const value: unknown = readPlainObject(bytes)?.members ??
    decodeJson(bytes, maxDepth);
  const type: unknown = typeof value === "object" && value !== null &&
      "type" in value && !Array.isArray(value)
    ? value.type
    : undefined;
  switch (type) {
    case "hello":
      return demand<HelloAnswer>(shapes().hello, value);
    case "status":
      return demand<StatusAnswer>(shapes().status, value);
    case "sessions":
      return demand<SessionsAnswer>(shapes().sessions, value);
    case "detail":
      return demand<DetailAnswer>(shapes().detail, value);
    case "ack":
      return demand<AckAnswer>(shapes().ack, value);
    case "error":
      return demand<ErrorAnswer>(shapes().error, value);
    case "store":
      return demand<StoreAnswer>(shapes().store, value);
  }
  throw new AnswerError(
    `Cannot read answer: unknown type ${JSON.stringify(String(type))}`,
  );
}

function demand<T>(shape: Shape<T>, value: unknown): T {
  const holds = (it: unknown): it is T => findFault(shape, it) === null;
  if (holds(value)) return value;
  throw new AnswerError(
    `Cannot read answer: its "${
      findFault(shape, value)
    }" is not of the form expected`,
  );
}

/**
 * Reads one SessionRecord, as `sessions` streams them.
 *
 * @throws {AnswerError} If it is none.
 */
export function demandSession(value: unknown): SessionRecord {
  if (shapes().isSession(value)) return value;
  throw new AnswerError("Cannot read answer: a row is no session");
}

/**
 * Reads one Event, as `detail` streams them.
 *
 * @throws {AnswerError} If it is none.
 */
export function demandEvent(value: unknown): EventRecord {
  if (shapes().isEvent(value)) return value;
  throw new AnswerError("Cannot read answer: a row is no event");
}
