// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an event is about, in a few words from its payload.
 * @module
 */
import type { EventRecord, JsonObject, JsonValue } from "../proto/mod.ts";

/** Where agents put what a tool is called with. */
const INPUTS = ["tool_input", "input", "arguments", "params", "args"];
/** What says most of an input or a payload, the most telling first. */
const TELLING = [
  "command",
  "file_path",
  "path",
  "target_file",
  "pattern",
  "query",
  "url",
  "subject",
  "prompt",
  "error",
  "message",
  "last_assistant_message",
  "text",
  "description",
  "reason",
];

/** What an event calls itself: the agent's own name for it, else its kind. */
export function eventName({ payload, kind }: EventRecord): string {
  if (!isObject(payload)) return kind;
  for (const key of ["agent_event", "hook_event_name", "event", "type"]) {
    const name = payload[key];
    if (typeof name === "string" && name !== "") return name;
  }
  return kind;
}

/** Returns the most telling text of an event's payload, "" if nothing stands out. */
export function summarizeEvent({ payload }: EventRecord): string {
  if (!isObject(payload)) return "";
  for (const key of INPUTS) {
    const input = payload[key];
    const found = isObject(input)
      ? findTelling(input)
      : typeof input === "string"
      ? input
      : "";
    if (found !== "") return found;
  }
  return findTelling(payload);
}

function findTelling(value: JsonObject): string {
  for (const key of TELLING) {
    const text = value[key];
    if (typeof text === "string" && text.trim() !== "") return text.trim();
  }
  return "";
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
