// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an event does to its session's spans, from the event itself and, after a restart, from its stored record.
 * @module
 */
import { decodeJson, type Int, type JsonValue } from "../proto/mod.ts";
import type { StoredKind } from "./hook_names.ts";
import { Payload } from "./payload.ts";

/** What an event does to its session's spans. */
export interface SpanEvent {
  /**
   * `call` and `result`: a tool call begins, ends. `pre` and `post`: the same as told by an event that is stored as Hook although
   * its `event` names a tool call; their times take precedence over those of `call` and `result`.
   */
  readonly act: "call" | "result" | "pre" | "post";
  readonly tsMs: Int;
  readonly tool: string | null;
  readonly toolCallId: string | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly reasoningTokens: number | null;
  readonly costUsdE6: Int | null;
  /** File paths of the payload; searched for on each call, since most that are replayed are never asked. */
  readonly paths: () => readonly string[];
}

type SpanFields = Omit<SpanEvent, "act" | "paths">;

/** What an event of kind Hook does, by the name that spans know it by. */
const HOOK_ACTS: ReadonlyMap<string, "pre" | "post"> = new Map([
  ["PreToolUse", "pre"],
  ["pre_tool_use", "pre"],
  ["PostToolUse", "post"],
  ["post_tool_use", "post"],
]);

/** The name by which spans know an event: `event` if that is a text, else `hook_event_name`. */
export function spanName(payload: Payload): string | null {
  return payload.firstText("event", "hook_event_name");
}

/** Tells what an event of that kind does to spans; null for nothing. */
export function liveSpanEvent(
  kind: StoredKind,
  payload: Payload,
  fields: SpanFields,
): SpanEvent | null {
  const { tsMs, toolCallId, tokensIn, tokensOut, reasoningTokens, costUsdE6 } =
    fields;
  const usage = { tokensIn, tokensOut, reasoningTokens, costUsdE6 };
  const common = { tsMs, toolCallId, ...usage, paths: () => payload.paths() };
  switch (kind) {
    case "ToolCall":
      return { act: "call", tool: fields.tool, ...common };
    case "ToolResult":
      return { act: "result", tool: fields.tool, ...common };
    case "Lifecycle":
      return null;
  }
  const name = spanName(payload);
  const tool = payload.firstText("tool_name", "tool", "name");
  const act = name === null ? undefined : HOOK_ACTS.get(name);
  return act === undefined ? null : { act, tool, ...common };
}

const BEFORE_PAYLOAD = new TextEncoder().encode(',"payload":');
const COMMA = 0x2c;
const CLOSE = 0x7d;

/**
 * Tells what a stored event does to spans when they are rebuilt, by the kind that it is read back with.
 *
 * @param record What `joinEventRecord` made; it is kept for as long as the result's `paths` are.
 */
export function replaySpanEvent(record: Uint8Array): SpanEvent | null {
  const comma = findPayload(record);
  if (comma < 0) return null;
  const head = record.slice(0, comma + 1);
  head[comma] = CLOSE;
  const fields = decodeJson(head);
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) {
    return null;
  }
  const { kind } = fields;
  if (kind !== "ToolCall" && kind !== "ToolResult" && kind !== "Hook") {
    return null;
  }
  const payload = record.subarray(comma + BEFORE_PAYLOAD.length, -1);
  const common = {
    tsMs: asInt(fields.ts_ms) ?? 0,
    tool: asText(fields.tool),
    toolCallId: asText(fields.tool_call_id),
    tokensIn: asCount(fields.tokens_in),
    tokensOut: asCount(fields.tokens_out),
    reasoningTokens: asCount(fields.reasoning_tokens),
    costUsdE6: asInt(fields.cost_usd_e6),
  };
  if (kind === "Hook") {
    const scanned = Payload.scan(payload);
    return scanned && liveSpanEvent(kind, scanned, common);
  }
  const act = kind === "ToolCall" ? "call" : "result";
  return { act, ...common, paths: () => Payload.scan(payload)?.paths() ?? [] };
}

/** Where the comma before the record's last key is; inside a text the same bytes would be escaped, so the first find is it. */
function findPayload(record: Uint8Array): number {
  for (
    let at = record.indexOf(COMMA);
    at >= 0;
    at = record.indexOf(COMMA, at + 1)
  ) {
    if (BEFORE_PAYLOAD.every((byte, i) => record[at + i] === byte)) return at;
  }
  return -1;
}

function asText(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function asCount(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function asInt(value: JsonValue | undefined): Int | null {
  return typeof value === "number" || typeof value === "bigint" ? value : null;
}
