// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Summarizes an event in a few words from its payload.
 * @module
 */
import type { EventRecord, JsonObject, JsonValue } from "../proto/mod.ts";

/** Keys in which agents put the input of a tool. */
const INPUTS = ["tool_input", "input", "arguments", "params", "args"];
/** Keys that describe an input or a payload best, the best first. */
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
  "agent_type",
  "subagent_type",
  "source",
];

/** Returns the name of an event: the agent's own name for it, else its kind. */
export function eventName({ payload, kind }: EventRecord): string {
  if (!isObject(payload)) return kind;
  for (const key of ["agent_event", "hook_event_name", "event", "type"]) {
    const name = payload[key];
    if (typeof name === "string" && name !== "") return name;
  }
  return kind;
}

/** Keys in which agents say why a call or a turn failed. */
const ERRORS = ["error", "error_message", "tool_error", "error_details"];
/** Characters of a commit's id that people read. */
const SHORT_ID = 9;

/**
 * Finds the most useful text of an event's payload: why it failed, the commit that git made, the
 * input of a tool. "" if nothing stands out.
 */
export function summarizeEvent(event: EventRecord): string {
  const { payload } = event;
  if (!isObject(payload)) return "";
  if (isFailure(event)) {
    const error = findText(payload, ERRORS);
    if (error !== "") return error.split("\n", 1)[0] ?? "";
  }
  if (isObject(payload["git"])) {
    const { commit, subject } = payload["git"];
    const id = typeof commit === "string" ? commit.slice(0, SHORT_ID) : "";
    const text = typeof subject === "string" ? subject : "";
    if (id !== "" || text !== "") return `${id} ${text}`.trim();
  }
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
  return findText(value, TELLING);
}

function findText(value: JsonObject, keys: readonly string[]): string {
  for (const key of keys) {
    const text = value[key];
    if (typeof text === "string" && text.trim() !== "") return text.trim();
  }
  return "";
}

/**
 * Whether an event reports a failed call or turn, by the words of agents and their hooks.
 */
export function isFailure(event: EventRecord): boolean {
  const { kind, payload } = event;
  if (kind === "Error") return true;
  if (!isObject(payload)) return false;
  if (/fail|error/i.test(eventName(event))) return true;
  const { tool_status, is_error } = payload;
  return kind === "ToolResult" &&
    (tool_status === "failure" || tool_status === "error" || is_error === true);
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
