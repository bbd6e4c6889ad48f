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
  /** True: several events of the agent get this name, so the agent's name must be kept as well. */
  covers: boolean;
}

/**
 * Events that have to close spans. The reference closes a span only for `PostToolUse`, and all open
 * spans only for `Stop`.
 */
const COVERED: Readonly<Record<string, WireName>> = {
  PostToolUseFailure: "PostToolUse",
  postToolUseFailure: "PostToolUse",
  post_tool_use_failure: "PostToolUse",
  StopFailure: "Stop",
  SessionEnd: "Stop",
  sessionEnd: "Stop",
};

/**
 * Returns the wire's name of an event. An event that the wire has no name for keeps its own.
 *
 * @param event The agent's name of the event.
 */
export function wireEvent(agent: AgentName, event: string): WireEvent {
  const covering = ownEntry(COVERED, event);
  if (covering !== undefined) return { name: covering, covers: true };
  const name = ownEntry(hooksOf(agent).wireNames, event) ?? event;
  return { name, covers: false };
}

/** Returns an entry of a table, but not an inherited property. */
export function ownEntry<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
