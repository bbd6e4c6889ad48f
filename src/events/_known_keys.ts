// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The top-level keys of a payload that are ever looked at, told apart from all others without making a text of each.
 * @module
 */
import { decodeToken, hasEscape } from "./_token.ts";

const KNOWN_KEYS = [
  "agent_event",
  "agent_version",
  "arch",
  "cache_creation_tokens",
  "cache_read_tokens",
  "call_id",
  "claude_version",
  "config",
  "context_max_tokens",
  "context_used_tokens",
  "cursor_version",
  "duration_ms",
  "event",
  "hook_event_name",
  "id",
  "input_tokens",
  "is_error",
  "kaizen_id",
  "latency_ms",
  "message",
  "metadata",
  "model",
  "name",
  "os",
  "output_tokens",
  "permission_wait_ms",
  "reasoning_tokens",
  "session_id",
  "stop_reason",
  "system_prompt_tokens",
  "timestamp",
  "timestamp_ms",
  "tool",
  "tool_call_id",
  "tool_name",
  "tool_status",
  "tool_use_id",
  "total_cost_usd",
  "transcript_path",
  "turn_id",
  "type",
  "version",
] as const;

/** One of them. */
export type KnownKey = typeof KNOWN_KEYS[number];

interface KnownKeyBytes {
  readonly key: KnownKey;
  readonly bytes: Uint8Array;
}

/** Keys by length and first byte; no more than a few share both. */
const CANDIDATES = new Map<number, KnownKeyBytes[]>();
for (const key of KNOWN_KEYS) {
  const bytes = new TextEncoder().encode(key);
  const slot = slotOf(bytes.length, bytes[0]);
  CANDIDATES.set(slot, [...CANDIDATES.get(slot) ?? [], { key, bytes }]);
}

function slotOf(length: number, first: number | undefined): number {
  return length << 8 | (first ?? 0);
}

/** Which of the known keys the key token from `start` to `end` is; null for none. */
export function findKnownKey(
  bytes: Uint8Array,
  start: number,
  end: number,
): KnownKey | null {
  const slot = slotOf(end - start - 2, bytes[start + 1]);
  for (const { key, bytes: wanted } of CANDIDATES.get(slot) ?? []) {
    if (isAt(bytes, start + 1, wanted)) return key;
  }
  if (!hasEscape(bytes, start, end)) return null;
  const text = decodeToken(bytes, start, end);
  return KNOWN_KEYS.find((key) => key === text) ?? null;
}

function isAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (bytes[start + i] !== wanted[i]) return false;
  }
  return true;
}
