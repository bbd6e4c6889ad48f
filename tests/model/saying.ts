// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads from the model's events what their agent is doing.
 * @module
 */
import { isIdlePrompt } from "./calls.ts";
import type { Seen } from "./event.ts";
import { outcomeOf } from "./result.ts";

/** Reads what an event says of its thread; null if it says nothing. */
export function stateOf(event: Seen): "working" | "idle" | "failed" | null {
  const { meaning, fields } = event;
  switch (meaning) {
    case "prompt":
    case "call_start":
    case "call_denied":
    case "compaction":
    case "answer":
      return "working";
    case "call_end":
    case "call_failed":
      return outcomeOf(event) === "interrupted" ? "idle" : "working";
    case "subagent_start":
      return event.thread === "" ? null : "working";
    case "session_start":
      return fields.source === "compact" ? "working" : "idle";
    case "turn_end":
    case "interrupt":
      return "idle";
    case "turn_failed":
      return "failed";
    case "notification":
      return isIdlePrompt(event) ? "idle" : null;
    default:
      return null;
  }
}
