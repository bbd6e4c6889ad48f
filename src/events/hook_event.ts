// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One hook event, read from the text that an agent's hook sent.
 * @module
 */
import {
  checkNames,
  hookEventKey,
  type HookSource,
  I64_MAX,
  I64_MIN,
  type Int,
  JsonError,
  NotAnEventError,
  type SessionStatus,
  toInt,
  trimPayload,
  U64_MAX,
} from "../proto/mod.ts";
import { lookUpHook, relabelHook, type StoredKind } from "./hook_names.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { Payload } from "./payload.ts";
import { liveSpanEvent, type SpanEvent, spanName } from "./span_event.ts";

/** What a SessionStart says beyond {@linkcode Identity}; it is written to the row even where it says nothing. */
export interface SessionStart {
  readonly agentVersion: string | null;
  readonly os: string | null;
  readonly arch: string | null;
}

/** Everything that one event changes, computed from its source, its text and the clock alone. */
export interface HookEvent {
  readonly sessionId: string;
  readonly tsMs: Int;
  /** The client's id of this event, the same in every retry; null if it sent none. */
  readonly kaizenId: string | null;
  readonly kind: StoredKind;
  /** The kind that a reader sees; see {@linkcode relabelHook}. */
  readonly readKind: StoredKind;
  /** Null unless the event begins the session (again). */
  readonly start: SessionStart | null;
  readonly status: SessionStatus | null;
  readonly identity: Identity;
  readonly tool: string | null;
  readonly toolCallId: string | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly reasoningTokens: number | null;
  readonly costUsdE6: Int | null;
  readonly stopReason: string | null;
  readonly latencyMs: number | null;
  readonly contextUsedTokens: number | null;
  readonly contextMaxTokens: number | null;
  readonly cacheCreationTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly systemPromptTokens: number | null;
  /** Whether it is the result of a tool call that failed. */
  readonly failed: boolean;
  /** Text to store: as it came but for the white space around it and a lifecycle event's `type`. */
  readonly payload: Uint8Array;
  /** What it does to spans, null for nothing. */
  readonly spanEvent: SpanEvent | null;
  /** Whether all open spans of the session end here. */
  readonly flushesSpans: boolean;
}

/** Vibe's `timestamp` counts seconds below this, else milliseconds. */
const LEAST_MILLISECONDS = 1e12;
const encoder = new TextEncoder();

/**
 * Reads one hook event.
 *
 * @param text JSON text of the payload.
 * @param nowMs The clock, for an event that has no time of its own.
 * @throws {NotAnEventError} If it is not an event; the message is the answer to give.
 */
export function readHookEvent(
  source: HookSource,
  text: string,
  nowMs: number,
): HookEvent {
  const bytes = trimPayload(encoder.encode(text));
  const payload = scanPayload(source, bytes);
  const { event: name, sessionId } = checkNames(
    source,
    payload.text(hookEventKey(source)),
    payload.text("session_id"),
  );
  const meaning = lookUpHook(source, name);
  const { kind, type, status } = meaning;
  const tsMs = readTime(source, payload, nowMs);
  const fields = readFields(payload);
  const readKind = kind === "Hook"
    ? relabelHook(payload.text("hook_event_name"))
    : kind;
  return {
    sessionId,
    tsMs,
    kaizenId: payload.text("kaizen_id") || null,
    kind,
    readKind,
    start: meaning.starts ? readStart(payload) : null,
    status,
    identity: readIdentity(source, payload),
    ...fields,
    failed: readKind === "ToolResult" && saysFailure(payload),
    payload: type === null ? bytes : payload.withType(type),
    spanEvent: liveSpanEvent(kind, payload, { ...fields, tsMs }),
    flushesSpans: (kind === "Lifecycle" || kind === "Hook") &&
      spanName(payload) === "Stop",
  };
}

function scanPayload(source: HookSource, bytes: Uint8Array): Payload {
  try {
    const payload = Payload.scan(bytes);
    if (payload !== null) return payload;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const message = `${source} hook: invalid JSON: ${error.message}`;
    throw new NotAnEventError(message, { cause: error });
  }
  throw new NotAnEventError(`${source} hook: expected JSON object`);
}

/** The event's own time in milliseconds, or the clock's where it has none or says 0. */
function readTime(source: HookSource, payload: Payload, nowMs: number): Int {
  let time = payload.int("timestamp_ms", U64_MAX);
  if (time === null && source === "vibe") {
    time = payload.int("timestamp", U64_MAX);
    if (typeof time === "number" && time < LEAST_MILLISECONDS) time *= 1000;
  }
  return time || nowMs;
}

function readFields(payload: Payload) {
  return {
    tool: payload.firstText("tool_name", "tool"),
    toolCallId: payload.firstText(
      "tool_call_id",
      "tool_use_id",
      "call_id",
      "id",
    ),
    tokensIn: payload.count("input_tokens"),
    tokensOut: payload.count("output_tokens"),
    reasoningTokens: payload.count("reasoning_tokens"),
    costUsdE6: readCost(payload),
    stopReason: payload.text("stop_reason"),
    latencyMs: payload.firstCount(
      "latency_ms",
      "duration_ms",
      "permission_wait_ms",
    ),
    contextUsedTokens: payload.count("context_used_tokens"),
    contextMaxTokens: payload.count("context_max_tokens"),
    cacheCreationTokens: payload.count("cache_creation_tokens"),
    cacheReadTokens: payload.count("cache_read_tokens"),
    systemPromptTokens: payload.count("system_prompt_tokens"),
  };
}

/** Millionths of a dollar, truncated toward zero and held at the limits of 64 bits. */
function readCost(payload: Payload): Int | null {
  const dollars = payload.double("total_cost_usd");
  if (dollars === null) return null;
  const cost = Math.trunc(dollars * 1e6);
  if (Number.isSafeInteger(cost)) return cost + 0; // never -0
  if (cost >= Number(I64_MAX)) return I64_MAX;
  return cost <= Number(I64_MIN) ? I64_MIN : toInt(BigInt(cost));
}

function readStart(payload: Payload): SessionStart {
  return {
    agentVersion: payload.firstText(
      "cursor_version",
      "claude_version",
      "agent_version",
      "version",
    ),
    os: payload.text("os"),
    arch: payload.text("arch"),
  };
}

/**
 * Whether a tool's result tells of a failure: the agent's own event name says so (`PostToolUseFailure` and its kin, which a client sends
 * on as an ordinary result), or `tool_status` is `failure` or `error`, or `is_error` is true.
 */
function saysFailure(payload: Payload): boolean {
  const status = payload.text("tool_status");
  return /failure$/i.test(payload.text("agent_event") ?? "") ||
    status === "failure" || status === "error" || payload.isTrue("is_error");
}
