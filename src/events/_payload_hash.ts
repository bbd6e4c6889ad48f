// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hash of what an agent sent, without the members that kaizen added.
 * @module
 */
import { hashBytes } from "./_hash.ts";
import type { Payload } from "./payload.ts";

const encoder = new TextEncoder();

/** Keys that the client or the store sets. */
const OWN_KEYS = [
  "kaizen_agent",
  "kaizen_event_source",
  "kaizen_id",
  "kaizen_source",
  "timestamp_ms",
  "type",
] as const;

/** Bytes that are read at each end of a long payload: its middle would take milliseconds. */
const MAX_END_BYTES = 64 * 1024;

const COMMA = encoder.encode(",");
const SEPARATORS: ReadonlySet<number | undefined> = new Set(
  encoder.encode("{}, \n\r\t"),
);

/** Returns the same digits for payloads that only differ in the members that kaizen adds. */
export function hashPayload(payload: Payload): string {
  const { bytes } = payload.source;
  const own = OWN_KEYS.flatMap((key) => payload.rangeOf(key) ?? [])
    .toSorted((a, b) => a.start - b.start);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of [...own, { start: bytes.length, end: 0 }]) {
    const part = trim(bytes.subarray(at, start));
    at = end;
    if (part.length > 0) parts.push(...shorten(part), COMMA);
  }
  return hashBytes(...parts);
}

/** Takes off the punctuation between members, which differs with the members beside. */
function trim(part: Uint8Array): Uint8Array {
  let start = 0;
  let end = part.length;
  while (start < end && SEPARATORS.has(part[start])) start++;
  while (start < end && SEPARATORS.has(part[end - 1])) end--;
  return part.subarray(start, end);
}

function shorten(part: Uint8Array): Uint8Array[] {
  const { length } = part;
  if (length <= 2 * MAX_END_BYTES) return [part];
  const ends = [part.subarray(0, MAX_END_BYTES), part.subarray(-MAX_END_BYTES)];
  return [...ends, encoder.encode(String(length))];
}

/**
 * Returns the agent's own time of an event in milliseconds, or null. The agents' hooks write it in
 * two forms.
 */
export function readOwnTime(payload: Payload): string | null {
  const number = payload.double("timestamp");
  if (number !== null) return String(number);
  const text = payload.text("timestamp");
  if (text === null) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : String(ms);
}
