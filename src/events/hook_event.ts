// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads one hook event from the text that an agent's hook sent.
 * @module
 */
import {
  checkNames,
  decodeText,
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
import { type EventIdentity, identifyEvent } from "./event_identity.ts";
import { type Facts, readFacts } from "./facts.ts";
import { Payload } from "./payload.ts";
import type { Usage } from "./usage.ts";

/** All data of one event, computed from its source, its text and the clock alone. */
export interface HookEvent extends Usage {
  readonly sessionId: string;
  readonly tsMs: Int;
  readonly identity: EventIdentity;
  readonly kind: StoredKind;
  /** The kind that readers see; see {@linkcode relabelHook}. */
  readonly readKind: StoredKind;
  /** `Tail` if it comes from a transcript. */
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
  /**
   * Text to store: unchanged except for white space at both ends and the `type` of a lifecycle
   * event.
   */
  readonly payload: Uint8Array;
  /** Its facts about its session. */
  readonly facts: Facts;
}

/** Vibe's `timestamp` is in seconds below this, else in milliseconds. */
const LEAST_MILLISECONDS = 1e12;
const SHORT_BYTES = 16 * 1024;
const encoder = new TextEncoder();

/**
 * Reads one hook event.
 *
 * @param text JSON text of the payload.
 * @param nowMs The clock, for an event without its own time.
 * @throws {NotAnEventError} If it is not an event. The message is the answer.
 * @throws {BudgetError} If the payload has too many values, or a too long name.
 */
export function readHookEvent(
  source: HookSource,
  text: string,
  nowMs: number,
): HookEvent {
  return runSteps(readEventInPieces(source, text, nowMs));
}

/**
 * Does the same in steps, so that other work can run in between.
 *
 * @param text JSON text of the payload, or its bytes, of which the event is a view then.
 * @throws {NotAnEventError | BudgetError} As {@linkcode readHookEvent}.
 */
export function* readEventInPieces(
  source: HookSource,
  text: string | Uint8Array,
  nowMs: number,
): Generator<void, HookEvent, void> {
  const isText = typeof text === "string";
  const encoded = isText ? encoder.encode(text) : text;
  const bytes = trimPayload(encoded);
  const isWhole = bytes.length === encoded.length;
  const known = isText ? text : readShort(text);
  const payload = yield* scanPayload(
    source,
    bytes,
    isWhole ? known : undefined,
  );
  const { event: name, sessionId } = checkNames(
    source,
    payload.text(hookEventKey(source)),
    payload.text("session_id"),
  );
  const { kind, type } = lookUpHook(source, name);
  const tsMs = readTime(source, payload, nowMs);
  const stored = type === null ? bytes : payload.withType(type);
  const facts = readFacts(payload, { source, name, tsMs, stored });
  return {
    sessionId,
    tsMs,
    identity: identifyEvent(payload, facts),
    kind,
    readKind: kind === "Hook"
      ? relabelHook(payload.text("hook_event_name"))
      : kind,
    eventSource: payload.text("kaizen_event_source") === "Tail"
      ? "Tail"
      : "Hook",
    ...readFields(payload, facts),
    payload: stored,
    facts,
  };
}

/** Fields of a short payload are cheaper to read from its text than one by one. */
function readShort(bytes: Uint8Array): string | undefined {
  return bytes.length <= SHORT_BYTES ? decodeText(bytes) : undefined;
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

/** Returns the event's own time in milliseconds, or the clock's if it has none or 0. */
function readTime(source: HookSource, payload: Payload, nowMs: number): Int {
  let time = payload.int("timestamp_ms", U64_MAX);
  if (time === null && source === "vibe") {
    time = payload.int("timestamp", U64_MAX);
    if (typeof time === "number" && time < LEAST_MILLISECONDS) time *= 1000;
  }
  return time || nowMs;
}

function readFields(
  payload: Payload,
  { tokensIn, tokensOut, reasoningTokens, costUsdE6 }: Usage,
) {
  return {
    tool: payload.textOf("tool_name", "tool"),
    toolCallId: payload.textOf(
      "tool_call_id",
      "tool_use_id",
      "call_id",
      "id",
    ),
    tokensIn,
    tokensOut,
    reasoningTokens,
    costUsdE6,
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
