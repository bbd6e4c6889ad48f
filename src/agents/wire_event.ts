// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names of agents' events on the wire.
 * @module
 */
import { type AgentName, hooksOf } from "./agents.ts";
import type { Meaning } from "./agent_record.ts";

/** The name of an event on the wire. */
export interface WireEvent {
  name: string;
  /** Whether several of the agent's events travel under that name, so that the agent's own must travel beside it. */
  covers: boolean;
}

/** Names that several agents have and the wire does not know. */
export const COMMON_EVENTS: Readonly<Record<string, Meaning>> = {
  PostToolUseFailure: "call_failed",
  postToolUseFailure: "call_failed",
  post_tool_use_failure: "call_failed",
  StopFailure: "turn_failed",
  SessionEnd: "session_end",
  sessionEnd: "session_end",
};

/** The wire's names; a meaning that is missing here has none, and the agent's own name travels. */
const WIRE_NAMES: Readonly<Partial<Record<Meaning, string>>> = {
  session_start: "SessionStart",
  prompt: "UserPromptSubmit",
  call_start: "PreToolUse",
  call_end: "PostToolUse",
  permission: "PermissionRequest",
  notification: "Notification",
  subagent_start: "SubagentStart",
  subagent_stop: "SubagentStop",
  interrupt: "Interrupt",
  turn_end: "Stop",
  // A failed call closes its span, and the end of a session or a turn closes all of them: only these names do.
  call_failed: "PostToolUse",
  turn_failed: "Stop",
  session_end: "Stop",
};
const COVERED = /^(?:call_failed|turn_failed|session_end)$/;

/**
 * Returns the wire's name of an event. An event that the wire does not know keeps its own name.
 *
 * @param event The name as the agent spells it.
 */
export function wireEvent(agent: AgentName, event: string): WireEvent {
  const meaning = ownEntry(hooksOf(agent).events, event) ??
    ownEntry(COMMON_EVENTS, event);
  if (meaning === undefined) return { name: event, covers: false };
  return { name: wireName(meaning) ?? event, covers: COVERED.test(meaning) };
}

/** The wire's name of an event that has only the meaning, or null if the wire has none: the agent's own name travels then. */
export function wireName(meaning: Meaning): string | null {
  return WIRE_NAMES[meaning] ?? null;
}

/** Returns an entry of a table, unless it is only inherited. */
export function ownEntry<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
