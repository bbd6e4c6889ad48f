// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The meaning of an event's name.
 * @module
 */
import { type AgentName, AGENTS } from "./agents.ts";
import type { AgentRecord, OwnMeaning } from "./agent_record.ts";
import { ownEntry } from "./wire_event.ts";
import { type Meaning, WIRE_MEANINGS } from "./wire_names.ts";

/** Names that the wire does not know and several agents have. */
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
 * Returns the meaning of an event's name as the agent or the wire spells it, and the tool whose call such an event stands for; the
 * tool is null where the payload names it.
 */
export function meaningOf(agent: AgentName, event: string): OwnMeaning {
  const { events }: AgentRecord = AGENTS[agent];
  const found = ownEntry(events, event) ?? ownEntry(SHARED, event) ??
    ownEntry<Meaning>(WIRE_MEANINGS, event) ?? "other";
  return typeof found === "string" ? { meaning: found, tool: null } : found;
}
