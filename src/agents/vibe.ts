// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Mistral Vibe, whose events got new names in version 2.21.
 * @module
 */
import { makeAgent, makeHooks } from "./agent_record.ts";

const EVENTS = {
  pre_tool: "call_start",
  before_tool: "call_start",
  post_tool: "call_end",
  after_tool: "call_end",
  post_agent: "turn_end",
  post_agent_turn: "turn_end",
} as const;

/** What a hook needs to know of Vibe. */
export const vibeHooks = /* @__PURE__ */ makeHooks({
  source: "vibe",
  wire: "vibe",
  marks: (fields) =>
    Object.hasOwn(EVENTS, fields.text("hook_event_name") ?? ""),
  events: EVENTS,
});

/** Vibe. */
export const vibe = /* @__PURE__ */ makeAgent(vibeHooks, {
  // The reference's names, which the wire knows.
  events: {
    session_end: { meaning: "session_end", tool: null },
    tool_start: { meaning: "call_start", tool: null },
    function_call_start: { meaning: "call_start", tool: null },
    tool_end: { meaning: "call_end", tool: null },
    function_call_end: { meaning: "call_end", tool: null },
  },
  questionTools: ["ask_user_question"],
});
