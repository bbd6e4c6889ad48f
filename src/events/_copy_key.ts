// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The keys that copies of one event share.
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

/** By what copies of one event are recognized. */
export interface CopyKeys {
  /** The same for copies by hooks of different agents. */
  readonly loose: string;
  /**
   * The same for copies by any hooks; null without the agent's own time, as the same payload may
   * then be of two events.
   */
  readonly exact: string | null;
}

export function readCopyKeys(
  payload: Payload,
  { meaning, callId }: { meaning: Meaning; callId: string | null },
): CopyKeys {
  const parts: string[] = [];
  const { bytes } = payload.source;
  for (const { key, start, end } of payload.members()) {
    // The client and the store set these members.
    if (key.startsWith("kaizen_") || OWN_KEYS.has(key)) continue;
    parts.push(`${key} ${hashPart(bytes, start, end)}`);
  }
  const whole = hashBytes(encoder.encode(parts.join("\n")));
  const time = readOwnTime(payload);
  // The hooks of different agents name one tool differently.
  const own = callId ?? time;
  return {
    loose: own === null
      ? whole
      : hashBytes(encoder.encode(`${meaning}\n${own}`)),
    exact: time === null ? null : whole,
  };
}
