// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `detail` and `sessions` answers without what two correct daemons need not agree on: what a clock said, and in which order spans
 * expired together.
 * @module
 */
import type { JsonObject, JsonValue } from "../../src/proto/mod.ts";
import { isObject } from "./_differences.ts";

/** A local id made of session, seq and the clock's time. */
const MADE_UP_ID = /:(\d+):1[78]\d{11}$/;
const CLOCK_KEYS = new Set(["ts_ms", "started_at_ms"]);
const ID_KEYS = new Set(["span_id", "parent_span_id"]);
const PLACE_KEYS = [
  "parent_span_id",
  "depth",
  "subtree_cost_usd_e6",
  "subtree_token_count",
];

/**
 * Takes the clock out of an answer about a workspace whose events carry no time: each time becomes one word, and what is ordered
 * by time is ordered by id.
 */
export function withoutClock(answer: JsonObject): JsonObject {
  const { rows, session, events, spans } = answer;
  return {
    ...answer,
    ...isList(rows) ? { rows: sortBy("id", rows.map(forgetTimes)) } : {},
    ...isObject(session) ? { session: forgetTimes(session) } : {},
    ...isList(events) ? { events: events.map(forgetTimes) } : {},
    ...isList(spans) ? { spans: forgetSpanTimes(spans) } : {},
  };
}

/** Lists all spans of a tree by id, each without its place if it is one of `loose` (divergence 11). */
export function withoutPlaces(
  answer: JsonObject,
  loose: ReadonlySet<string>,
): JsonObject {
  const flat = flattenSpans(answer["spans"] ?? null).map((span) => {
    if (!loose.has(String(span["span_id"]))) return span;
    const gone = PLACE_KEYS.map((key) => [key, null]);
    return { ...span, ...Object.fromEntries(gone) };
  });
  return { ...answer, spans: sortBy("span_id", flat) };
}

/**
 * Takes the events out that tell of a changed prompt file, and closes the gaps that they leave in the numbering (divergence 9).
 *
 * @returns The answer itself if there are none.
 */
export function withoutPromptChanges(answer: JsonObject): JsonObject {
  const { events } = answer;
  if (!isList(events) || !events.some(isPromptChange)) return answer;
  const kept = events.filter((event) => !isPromptChange(event))
    .map((event, seq) => isObject(event) ? { ...event, seq } : event);
  return { ...answer, events: kept };
}

function isPromptChange(event: JsonValue): boolean {
  if (!isObject(event) || !isObject(event["payload"] ?? null)) return false;
  const { payload, kind } = event;
  return kind === "Hook" && isObject(payload) &&
    payload["kind"] === "prompt_changed" &&
    typeof payload["to_fingerprint"] === "string";
}

/** The spans of a tree, without the tree. */
export function flattenSpans(nodes: JsonValue): JsonObject[] {
  if (!isList(nodes)) return [];
  return nodes.flatMap((node) => {
    if (!isObject(node) || !isObject(node["span"])) return [];
    return [node["span"], ...flattenSpans(node["children"] ?? null)];
  });
}

function forgetSpanTimes(nodes: JsonValue[]): JsonValue[] {
  const forgotten = nodes.map((node) => {
    if (!isObject(node)) return node;
    const { span, children } = node;
    return {
      ...node,
      span: isObject(span) ? forgetTimes(span) : null,
      children: isList(children) ? forgetSpanTimes(children) : null,
    };
  });
  return forgotten.sort((a, b) => compare(spanId(a), spanId(b)));
}

function forgetTimes(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    if (CLOCK_KEYS.has(key)) return [key, "clock"];
    if (key === "lead_time_ms" && member !== null) return [key, "clock"];
    if (ID_KEYS.has(key) && typeof member === "string") {
      return [key, member.replace(MADE_UP_ID, ":$1:clock")];
    }
    return [key, member];
  });
  return Object.fromEntries(entries);
}

function spanId(node: JsonValue): string {
  const span = isObject(node) ? node["span"] : null;
  return isObject(span) ? String(span["span_id"]) : "";
}

function sortBy(key: string, rows: JsonValue[]): JsonValue[] {
  const id = (row: JsonValue) => isObject(row) ? String(row[key]) : "";
  return rows.sort((a, b) => compare(id(a), id(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: JsonValue | undefined): value is JsonValue[] {
  return Array.isArray(value);
}
