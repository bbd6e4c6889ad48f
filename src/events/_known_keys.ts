// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The top-level keys of a payload that are read. They are recognized without decoding each key.
 * @module
 */
import { decodeToken, hasEscape } from "./_token.ts";

const KNOWN_KEYS = [
  "action",
  "agentId",
  "agentType",
  "agent_event",
  "agent_id",
  "agent_type",
  "agent_version",
  "arch",
  "args",
  "arguments",
  "background_tasks",
  "branch",
  "cache_creation_tokens",
  "cache_read_tokens",
  "call_id",
  "claude_version",
  "command",
  "commit",
  "config",
  "context",
  "context_max_tokens",
  "context_used_tokens",
  "conversation_id",
  "cursor_version",
  "duration",
  "durationMs",
  "duration_ms",
  "effort",
  "error",
  "error_details",
  "error_message",
  "event",
  "exitCode",
  "exit_code",
  "failure_type",
  "file_path",
  "git",
  "generation_id",
  "gitBranch",
  "git_branch",
  "hook_event_name",
  "id",
  "input",
  "input_tokens",
  "isError",
  "is_error",
  "is_interrupt",
  "kaizen_agent",
  "kaizen_event_source",
  "kaizen_id",
  "kaizen_source",
  "latency_ms",
  "message",
  "metadata",
  "model",
  "name",
  "notification_type",
  "os",
  "output_tokens",
  "params",
  "parent_conversation_id",
  "parent_session_id",
  "permission_mode",
  "permission_wait_ms",
  "prompt",
  "prompt_id",
  "reason",
  "reasoning_tokens",
  "recoverable",
  "result",
  "result_json",
  "returncode",
  "sessionId",
  "sessionKey",
  "session_id",
  "source",
  "status",
  "stop_reason",
  "subagent_id",
  "subagent_type",
  "subject",
  "system_prompt_tokens",
  "task",
  "timestamp",
  "timestamp_ms",
  "tool",
  "toolArgs",
  "toolCallId",
  "toolName",
  "toolResult",
  "tool_call_id",
  "tool_error",
  "tool_input",
  "tool_name",
  "tool_output",
  "tool_response",
  "tool_result",
  "tool_status",
  "tool_use_id",
  "total_cost_usd",
  "transcriptPath",
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

/** Keys by length and first byte. Few share both. */
const CANDIDATES = new Map<number, KnownKeyBytes[]>();
for (const key of KNOWN_KEYS) {
  const bytes = new TextEncoder().encode(key);
  const slot = slotOf(bytes.length, bytes[0]);
  CANDIDATES.set(slot, [...CANDIDATES.get(slot) ?? [], { key, bytes }]);
}

function slotOf(length: number, first: number | undefined): number {
  return length << 8 | (first ?? 0);
}

/** Returns the known key in the token from `start` to `end`; null if it is another key. */
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
