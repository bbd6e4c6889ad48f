// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hash of what an agent sent, without the members that kaizen added.
 * @module
 */
import { BytesHash } from "./_hash.ts";
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
  const hash = new BytesHash();
  let at = 0;
  for (const { start, end } of [...own, { start: bytes.length, end: 0 }]) {
    addPart(hash, bytes, at, start);
    at = end;
  }
  return hash.digits;
}

/** Adds what is between two members, without the punctuation, which differs with these members. */
function addPart(
  hash: BytesHash,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  while (start < end && SEPARATORS.has(bytes[start])) start++;
  while (start < end && SEPARATORS.has(bytes[end - 1])) end--;
  if (start === end) return;
  if (end - start <= 2 * MAX_END_BYTES) hash.add(bytes, start, end);
  else {
    hash.add(bytes, start, start + MAX_END_BYTES);
    hash.add(bytes, end - MAX_END_BYTES, end);
    hash.add(encoder.encode(String(end - start)));
  }
  hash.add(COMMA);
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
