// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names of agents' events on the wire.
 * @module
 */
import { type AgentName, hooksOf } from "./agents.ts";
import type { WireName } from "./wire_names.ts";

/**
 * Events that have to close spans. The reference closes a span only for `PostToolUse`, and all open
 * spans only for `Stop`.
 */
const CLOSING: Readonly<Record<string, WireName>> = {
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
export function wireName(agent: AgentName, event: string): string {
  return ownEntry(CLOSING, event) ??
    ownEntry(hooksOf(agent).wireNames, event) ?? event;
}

/** Returns an entry of a table, but not an inherited property. */
export function ownEntry<T>(
  table: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
