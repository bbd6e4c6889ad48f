// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Texts that may be events.
 * @module
 */
import fc from "fast-check";

const VALUE = fc.jsonValue({ maxDepth: 3 });
const EVENT_KEYS = [
  "hook_event_name",
  "event",
  "session_id",
  "conversation_id",
  "sessionKey",
  "sessionId",
  "type",
  "action",
  "turn_id",
  "transcript_path",
  "timestamp_ms",
  "timestamp",
  "toolName",
  "toolArgs",
  "kaizen_id",
  "kaizen_agent",
  "duration",
  "cwd",
  "workspace_roots",
];
const NAMES = [
  "PostToolUse",
  "PostToolUseFailure",
  "sessionEnd",
  "stop",
  "preToolUse",
  "pre_tool",
  "BeforeTool",
  "2026-11-22T09:00:00.000Z",
  "gemini",
  "/home/u/.codex/sessions/1.jsonl",
  '{"command":"ls"}',
  "other",
];
/** Objects that look like events, with duplicate keys and odd values. */
export const PAYLOAD = fc.array(
  fc.oneof(
    fc.tuple(fc.string(), VALUE),
    fc.tuple(fc.constantFrom(...EVENT_KEYS), VALUE),
    fc.tuple(fc.constantFrom(...EVENT_KEYS), fc.constantFrom(...NAMES)),
  ),
).map((members) =>
  `{${
    members.map(([key, value]) =>
      `${JSON.stringify(key)} :${JSON.stringify(value)}`
    ).join(" ,")
  }}`
);

const SMALL = fc.oneof(
  fc.string(),
  fc.integer({ min: -9, max: 2 ** 40 }),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.constant(null),
);
/** Objects that are events, most of them, with nothing odd in them. */
export const EVENT: fc.Arbitrary<string> = fc.tuple(
  fc.array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...EVENT_KEYS, "latency_ms"), fc.string()),
      SMALL,
    ),
    { maxLength: 5 },
  ),
  fc.constantFrom(...NAMES),
).map(([members, name]) => {
  const all = [...members, ["hook_event_name", name], ["session_id", "s"]];
  return `{${
    all.map(([key, value]) =>
      `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    )
      .join(",")
  }}`;
});

/** An event as an agent sent it. */
interface RecordedEvent {
  agent: string;
  event: string;
  payload: Record<string, unknown>;
}

/** Payloads that agents really send. */
export const RECORDED: readonly RecordedEvent[] = Deno.readTextFileSync(
  new URL("../../fixtures/agent_hooks.jsonl", import.meta.url),
).trimEnd().split("\n").map((line) => JSON.parse(line));
