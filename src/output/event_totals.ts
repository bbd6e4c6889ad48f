// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sums over events, for a daemon that sends none.
 * @module
 */
import type { EventRecord, Int, SessionTotals } from "../proto/mod.ts";
import { isObject } from "./event_summary.ts";

/** Counts a session's events as our daemon does for `totals`. */
export function sumEvents(events: readonly EventRecord[]): SessionTotals {
  const sum = (of: (event: EventRecord) => Int | null) =>
    events.reduce((sum, event) => sum + BigInt(of(event) ?? 0), 0n);
  return {
    events: events.length,
    tool_calls: events.filter(({ kind }) => kind === "ToolCall").length,
    errors: events.filter(isFailure).length,
    tokens_in: sum(({ tokens_in }) => tokens_in),
    tokens_out: sum(({ tokens_out }) => tokens_out),
    cost_usd_e6: sum(({ cost_usd_e6 }) => cost_usd_e6),
    last_event_ms: events.reduce<Int>(
      (last, { ts_ms }) => ts_ms > last ? ts_ms : last,
      0,
    ),
  };
}

/** Whether an event is the result of a tool call that failed, by the words of agents and their hooks. */
export function isFailure({ kind, payload }: EventRecord): boolean {
  if (kind !== "ToolResult" || !isObject(payload)) return false;
  const { agent_event, tool_status, is_error } = payload;
  return (typeof agent_event === "string" && /failure$/i.test(agent_event)) ||
    tool_status === "failure" || tool_status === "error" || is_error === true;
}
