// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sums over events, for a daemon that sends none.
 * @module
 */
import type { EventRecord, Int, SessionTotals } from "../proto/mod.ts";
import { isFailure } from "./event_summary.ts";

/** Counts a session's events as our daemon does for `totals`. */
export function sumEvents(events: readonly EventRecord[]): SessionTotals {
  /** Null if no event has a value. */
  const sum = (of: (event: EventRecord) => Int | null) => {
    const known = events.map(of).filter((value) => value !== null);
    return known.length === 0
      ? null
      : known.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
  };
  return {
    events: events.length,
    tool_calls: events.filter(({ kind }) => kind === "ToolCall").length,
    errors:
      events.filter((event) => event.kind === "ToolResult" && isFailure(event))
        .length,
    tokens_in: sum(({ tokens_in }) => tokens_in),
    tokens_out: sum(({ tokens_out }) => tokens_out),
    cost_usd_e6: sum(({ cost_usd_e6 }) => cost_usd_e6),
    last_event_ms: events.reduce<Int>(
      (last, { ts_ms }) => ts_ms > last ? ts_ms : last,
      0,
    ),
  };
}
