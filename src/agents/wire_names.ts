// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The event names of the wire and their meanings. Hooks do not load it.
 * @module
 */

/** The role of an event in its session. */
export type Meaning =
  | "session_start"
  | "session_end"
  | "prompt"
  | "call_start"
  | "call_end"
  | "call_failed"
  | "call_denied"
  /** The agent asks the user to allow a call. */
  | "permission"
  | "question"
  | "answer"
  /** The payload's `notification_type` decides what it asks for. */
  | "notification"
  | "subagent_start"
  | "subagent_stop"
  | "turn_end"
  | "turn_failed"
  | "interrupt"
  | "compaction"
  | "other";

/** The meaning of each of the wire's names, in both of its spellings. */
export const WIRE_MEANINGS = {
  PreToolUse: "call_start",
  pre_tool_use: "call_start",
  PostToolUse: "call_end",
  post_tool_use: "call_end",
  SessionStart: "session_start",
  session_start: "session_start",
  Stop: "turn_end",
  stop: "turn_end",
  PermissionRequest: "permission",
  permission_request: "permission",
  UserPromptSubmit: "prompt",
  user_prompt_submit: "prompt",
  Notification: "notification",
  notification: "notification",
  SubagentStart: "subagent_start",
  subagent_start: "subagent_start",
  SubagentStop: "subagent_stop",
  subagent_stop: "subagent_stop",
  Interrupt: "interrupt",
  interrupt: "interrupt",
} as const satisfies Readonly<Record<string, Meaning>>;

/** One of the wire's names. */
export type WireName = keyof typeof WIRE_MEANINGS;
