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
  "type",
  "action",
  "turn_id",
  "timestamp_ms",
  "kaizen_id",
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
