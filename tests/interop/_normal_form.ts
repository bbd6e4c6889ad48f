// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `detail` and `sessions` answers without what two correct daemons need not agree on: what a clock
 * said, and in which order sessions are listed.
 * @module
 */
import type { JsonObject, JsonValue } from "../../src/proto/mod.ts";
import { isObject } from "./_differences.ts";

const CLOCK_KEYS = new Set(["ts_ms", "started_at_ms"]);
/**
 * Takes the clock out of an answer about a workspace whose events carry no time: each time becomes
 * one word, and what is ordered by time is ordered by id.
 */
export function withoutClock(answer: JsonObject): JsonObject {
  const { rows, session, events } = answer;
  return {
    ...answer,
    ...isList(rows) ? { rows: sortBy("id", rows.map(forgetTimes)) } : {},
    ...isObject(session) ? { session: forgetTimes(session) } : {},
    ...isList(events) ? { events: events.map(forgetTimes) } : {},
  };
}

/** Sorts the rows of a page by their ids. */
export function byId(page: JsonObject): JsonObject {
  const { rows } = page;
  return isList(rows) ? { ...page, rows: sortBy("id", rows) } : page;
}

/** The ids of a page's rows, in their order. */
export function idsOf({ rows }: JsonObject): JsonValue[] {
  return isList(rows)
    ? rows.map((row) => isObject(row) ? row["id"] ?? null : null)
    : [];
}

/** Whether two pages have the same sessions, in any order. */
export function haveSameRows(a: JsonObject, b: JsonObject): boolean {
  const [one, other] = [idsOf(byId(a)), idsOf(byId(b))];
  return one.length === other.length &&
    one.every((id, i) => id === other[i]);
}

/**
 * Takes the events out that tell of a changed prompt file, and closes the gaps that they leave in
 * the numbering (divergence 9).
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

function forgetTimes(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    if (CLOCK_KEYS.has(key)) return [key, "clock"];
    return [key, member];
  });
  return Object.fromEntries(entries);
}

function sortBy(key: string, rows: JsonValue[]): JsonValue[] {
  const id = (row: JsonValue) => isObject(row) ? String(row[key]) : "";
  return rows.toSorted((a, b) => compare(id(a), id(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: JsonValue | undefined): value is JsonValue[] {
  return Array.isArray(value);
}
