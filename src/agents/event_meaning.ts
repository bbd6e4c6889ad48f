// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The meaning of an event's name.
 * @module
 */
import { type AgentName, AGENTS } from "./agents.ts";
import type { AgentRecord, OwnMeaning } from "./agent_record.ts";
import { ownEntry } from "./wire_name.ts";
import { type Meaning, WIRE_MEANINGS } from "./wire_names.ts";

/** Event names that several agents share and the wire does not have. */
const SHARED: Readonly<Record<string, Meaning>> = {
  PostToolUseFailure: "call_failed",
  postToolUseFailure: "call_failed",
  post_tool_use_failure: "call_failed",
  PermissionDenied: "call_denied",
  StopFailure: "turn_failed",
  SessionEnd: "session_end",
  sessionEnd: "session_end",
  Elicitation: "question",
  ElicitationResult: "answer",
  PreCompact: "compaction",
  PostCompact: "compaction",
  preCompact: "compaction",
};

/**
 * Returns the meaning of an event name of the agent or of the wire. The tool is null unless the
 * event stands for a call of one fixed tool.
 */
export function meaningOf(agent: AgentName, event: string): OwnMeaning {
  const { events }: AgentRecord = AGENTS[agent];
  const found = ownEntry(events, event) ?? ownEntry(SHARED, event) ??
    ownEntry<Meaning>(WIRE_MEANINGS, event) ?? "other";
  return typeof found === "string" ? { meaning: found, tool: null } : found;
}
