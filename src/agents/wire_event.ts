// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names of agents' events on the wire.
 * @module
 */
import { type AgentName, hooksOf } from "./agents.ts";
import type { WireName } from "./wire_names.ts";

/** The name of an event on the wire. */
export interface WireEvent {
  name: string;
  /** Whether several of the agent's events travel under that name, so that the agent's own must travel beside it. */
  covers: boolean;
}

/** A failed call closes its span, and the end of a session or a turn closes all of them; on the wire only these names do. */
const COVERED: Readonly<Record<string, WireName>> = {
  PostToolUseFailure: "PostToolUse",
  postToolUseFailure: "PostToolUse",
  post_tool_use_failure: "PostToolUse",
  StopFailure: "Stop",
  SessionEnd: "Stop",
  sessionEnd: "Stop",
};

/**
 * Returns the wire's name of an event. An event that the wire does not know keeps its own name.
 *
 * @param event The name as the agent spells it.
 */
export function wireEvent(agent: AgentName, event: string): WireEvent {
  const covering = ownEntry(COVERED, event);
  if (covering !== undefined) return { name: covering, covers: true };
  const name = ownEntry(hooksOf(agent).wireNames, event) ?? event;
  return { name, covers: false };
}

/** Returns an entry of a table, unless it is only inherited. */
export function ownEntry<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
