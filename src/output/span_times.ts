// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * When calls began and ended. Our daemon says so; the reference says only how long each took, but
 * the events of the same answer say.
 * @module
 */
import {
  type EventRecord,
  type Int,
  toInt,
  type ToolSpanView,
} from "../proto/mod.ts";

/** A span's place in time, in epoch milliseconds. */
export interface SpanTime {
  startMs: Int;
  /** Null if the span never ended. */
  endMs: Int | null;
}

/**
 * Finds spans' times by the call that opened each: a span's id ends in its call's id, or in
 * `<session>:<seq>:<time>` where the call had none.
 *
 * @returns A look-up from a span to its time; null where no event of that call is known.
 */
export function locateSpans(
  sessionId: string,
  events: readonly EventRecord[],
): (span: ToolSpanView) => SpanTime | null {
  const calls = new Map<string, Int>();
  for (const event of events) {
    if (event.kind !== "ToolCall" && event.kind !== "Hook") continue;
    const id = event.tool_call_id ??
      `${sessionId}:${event.seq}:${event.ts_ms}`;
    // As the daemon has it: a call id that comes twice moves the start of its span.
    calls.set(id, event.ts_ms);
  }
  const prefix = `v1:${
    new TextEncoder().encode(sessionId).length
  }:${sessionId}:`;
  return (span) => {
    const { started_at_ms } = span;
    if (started_at_ms !== undefined && started_at_ms !== null) {
      return { startMs: started_at_ms, endMs: span.ended_at_ms ?? null };
    }
    const local = span.span_id.startsWith(prefix)
      ? span.span_id.slice(prefix.length)
      : span.span_id;
    const startMs = calls.get(local);
    if (startMs === undefined) return null;
    const took = span.lead_time_ms;
    return {
      startMs,
      endMs: took === null ? null : toInt(BigInt(startMs) + BigInt(took)),
    };
  };
}
