// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The meaning of an event's name.
 * @module
 */
import { type AgentName, AGENTS } from "./agents.ts";
import type { AgentRecord, Meaning, OwnMeaning } from "./agent_record.ts";
import { COMMON_EVENTS, ownEntry } from "./wire_event.ts";

/** The names that the wire itself knows, in both of its spellings, and a few that several agents have. */
const GENERIC: Readonly<Record<string, Meaning>> = {
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
  PermissionDenied: "call_denied",
  Elicitation: "question",
  ElicitationResult: "answer",
  PreCompact: "compaction",
  PostCompact: "compaction",
  preCompact: "compaction",
};

/**
 * Returns the meaning of an event's name as the agent or the wire spells it, and the tool whose call such an event stands for; the
 * tool is null where the payload names it.
 */
export function meaningOf(agent: AgentName, event: string): OwnMeaning {
  const { events }: AgentRecord = AGENTS[agent];
  // Not one table: a bundler keeps a table that spreads another one, even where nothing reads it.
  const found = ownEntry(events, event) ?? ownEntry(GENERIC, event) ??
    ownEntry(COMMON_EVENTS, event) ?? "other";
  return typeof found === "string" ? { meaning: found, tool: null } : found;
}
