// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One hook event, read from the text that an agent's hook sent.
 * @module
 */
import {
  checkNames,
  type EventSource,
  hookEventKey,
  type HookSource,
  type Int,
  JsonError,
  NotAnEventError,
  RequestBudget,
  runSteps,
  trimPayload,
  U64_MAX,
} from "../proto/mod.ts";
import { lookUpHook, relabelHook, type StoredKind } from "./hook_names.ts";
import { type Facts, readFacts } from "./facts.ts";
import { Payload } from "./payload.ts";
import { readUsage, type Usage } from "./usage.ts";

/** Everything that one event changes, computed from its source, its text and the clock alone. */
export interface HookEvent extends Usage {
  readonly sessionId: string;
  readonly tsMs: Int;
  /** The client's id of this event, the same in every retry; null if it sent none. */
  readonly kaizenId: string | null;
  readonly kind: StoredKind;
  /** The kind that a reader sees; see {@linkcode relabelHook}. */
  readonly readKind: StoredKind;
  /** `Tail` if it was made from a transcript. */
  readonly eventSource: EventSource;
  readonly tool: string | null;
  readonly toolCallId: string | null;
  readonly stopReason: string | null;
  readonly latencyMs: number | null;
  readonly contextUsedTokens: number | null;
  readonly contextMaxTokens: number | null;
  readonly cacheCreationTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly systemPromptTokens: number | null;
  /** Text to store: as it came but for the white space around it and a lifecycle event's `type`. */
  readonly payload: Uint8Array;
  /** What it tells about its session. */
  readonly facts: Facts;
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
 * @throws {BudgetError} If the payload holds too many values, or too long a name.
 */
export function readHookEvent(
  source: HookSource,
  text: string,
  nowMs: number,
): HookEvent {
  return runSteps(readEventInPieces(source, text, nowMs));
}

/**
 * Does the same in steps, so that a caller can do something else in between.
 *
 * @throws {NotAnEventError | BudgetError} As {@linkcode readHookEvent}.
 */
export function* readEventInPieces(
  source: HookSource,
  text: string,
  nowMs: number,
): Generator<void, HookEvent, void> {
  const encoded = encoder.encode(text);
  const bytes = trimPayload(encoded);
  const isWhole = bytes.length === encoded.length;
  const payload = yield* scanPayload(
    source,
    bytes,
    isWhole ? text : undefined,
  );
  const { event: name, sessionId } = checkNames(
    source,
    payload.text(hookEventKey(source)),
    payload.text("session_id"),
  );
  const { kind, type } = lookUpHook(source, name);
  const tsMs = readTime(source, payload, nowMs);
  const stored = type === null ? bytes : payload.withType(type);
  return {
    sessionId,
    tsMs,
    kaizenId: payload.text("kaizen_id") || null,
    kind,
    readKind: kind === "Hook"
      ? relabelHook(payload.text("hook_event_name"))
      : kind,
    eventSource: payload.text("kaizen_event_source") === "Tail"
      ? "Tail"
      : "Hook",
    ...readFields(payload),
    payload: stored,
    facts: readFacts(payload, { source, name, tsMs, stored }),
  };
}

function* scanPayload(
  source: HookSource,
  bytes: Uint8Array,
  text: string | undefined,
): Generator<void, Payload, void> {
  try {
    const budget = new RequestBudget();
    const payload = yield* Payload.scanInPieces(bytes, { text, budget });
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
    tool: payload.textOf("tool_name", "tool"),
    toolCallId: payload.textOf(
      "tool_call_id",
      "tool_use_id",
      "call_id",
      "id",
    ),
    ...readUsage(payload),
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
