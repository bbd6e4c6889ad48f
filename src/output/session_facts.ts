// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Facts of a session that several screens show: its state, its last activity, its duration. A
 * daemon that does not send them (the reference) leaves less to say.
 * @module
 */
import type { ActivityState, Int, SessionRecord } from "../proto/mod.ts";
import type { Brush, Paint } from "./paint.ts";
import { formatAge } from "./quantities.ts";

/** Words for states; a running tool is called by its name. */
const STATES = {
  working: "working",
  tool: "tool",
  needs_permission: "needs permission",
  needs_answer: "needs answer",
  idle: "idle",
  failed: "failed",
  silent: "silent",
  ended: "ended",
} as const satisfies Record<ActivityState, string>;

/**
 * Describes what a session is doing: `needs permission 2m`, `Bash 14s`, `idle 3h`; with a daemon
 * that does not send it, its status.
 *
 * @param nowMs Epoch milliseconds; null leaves the age out.
 */
export function describeState(
  session: SessionRecord,
  nowMs: number | null,
): string {
  const { activity } = session;
  if (activity === undefined) return session.status;
  const { state, tool, since_ms } = activity;
  const words = state === "tool" && tool !== null ? tool : STATES[state];
  if (nowMs === null) return words;
  return `${words} ${formatAge(nowMs - Number(since_ms))}`;
}

/** The color of a session's state: yellow waits for the user, red has failed, green goes on. */
export function stateBrush(session: SessionRecord, paint: Paint): Brush {
  switch (session.activity?.state ?? session.status) {
    case "working":
    case "tool":
    case "Running":
      return paint.green;
    case "needs_permission":
    case "needs_answer":
    case "Waiting":
      return paint.yellow;
    case "failed":
      return paint.red;
    case "idle":
    case "Idle":
      return paint.cyan;
    case "silent":
    case "ended":
    case "Done":
      return paint.dim;
  }
}

/** Time of the last event in epoch milliseconds; null if it is not known. */
export function lastActivity(session: SessionRecord): Int | null {
  return session.last_event_at_ms ?? session.totals?.last_event_ms ??
    session.ended_at_ms ?? null;
}

/**
 * How long a session took: from its first event to its last, in milliseconds; null if it is not
 * known.
 */
export function sessionDuration(session: SessionRecord): Int | null {
  const start = BigInt(session.started_at_ms);
  const last = lastActivity(session);
  if (start === 0n || last === null) return null;
  const duration = BigInt(last) - start;
  return duration < 0n ? 0 : duration;
}
