// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hash of what an agent sent, without the members that kaizen added.
 * @module
 */
import { hashBytes, hashPart } from "./_hash.ts";
import type { Payload } from "./payload.ts";

const encoder = new TextEncoder();

const OWN_KEYS: ReadonlySet<string> = new Set(["timestamp_ms", "type"]);

/** Returns the same digits for payloads that only differ in the members that kaizen adds. */
export function hashPayload(payload: Payload): string {
  const parts: string[] = [];
  const { bytes } = payload.source;
  for (const { key, start, end } of payload.members()) {
    // The client and the store set these members.
    if (key.startsWith("kaizen_") || OWN_KEYS.has(key)) continue;
    parts.push(`${key} ${hashPart(bytes, start, end)}`);
  }
  return hashBytes(encoder.encode(parts.join("\n")));
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
