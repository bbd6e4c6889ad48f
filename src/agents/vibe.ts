// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Mistral Vibe. Version 2.21 renamed its events; both sets of names are known.
 * @module
 */
import { makeAgent, makeHooks } from "./agent_record.ts";

const EVENTS = {
  pre_tool: "PreToolUse",
  before_tool: "PreToolUse",
  post_tool: "PostToolUse",
  after_tool: "PostToolUse",
  post_agent: "Stop",
  post_agent_turn: "Stop",
} as const;

/** The facts that a hook needs of Vibe. */
export const vibeHooks = /* @__PURE__ */ makeHooks({
  source: "vibe",
  wire: "vibe",
  marks: (fields) =>
    Object.hasOwn(EVENTS, fields.text("hook_event_name") ?? ""),
  wireNames: EVENTS,
});

/** Vibe. */
export const vibe = /* @__PURE__ */ makeAgent(vibeHooks, {
  // The wire has these names, too.
  events: {
    session_end: "session_end",
    tool_start: "call_start",
    function_call_start: "call_start",
    tool_end: "call_end",
    function_call_end: "call_end",
  },
  questionTools: ["ask_user_question"],
});
