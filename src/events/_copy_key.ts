// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The key that copies of one event share.
 * @module
 */
import type { Meaning } from "../agents/mod.ts";
import { hashBytes, hashPart } from "./_hash.ts";
import type { Payload } from "./payload.ts";

/**
 * Returns the agent's own time of an event in milliseconds, or null. The agent's hooks write it in
 * two forms.
 */
function readOwnTime(payload: Payload): string | null {
  const number = payload.double("timestamp");
  if (number !== null) return String(number);
  const text = payload.text("timestamp");
  if (text === null) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : String(ms);
}

const encoder = new TextEncoder();

const OWN_KEYS: ReadonlySet<string> = new Set(["timestamp_ms", "type"]);

export function readCopyKey(
  payload: Payload,
  { meaning, callId, tool }: {
    meaning: Meaning;
    callId: string | null;
    tool: string | null;
  },
): string {
  if (callId !== null) {
    return hashBytes(encoder.encode(`${meaning}\n${callId}`));
  }
  const time = readOwnTime(payload);
  if (time !== null) {
    return hashBytes(encoder.encode(`${meaning}\n${tool}\n${time}`));
  }
  const parts: string[] = [];
  const { bytes } = payload.source;
  for (const { key, start, end } of payload.members()) {
    // The client and the store set these members.
    if (key.startsWith("kaizen_") || OWN_KEYS.has(key)) continue;
    parts.push(`${key} ${hashPart(bytes, start, end)}`);
  }
  return hashBytes(encoder.encode(parts.join("\n")));
}
