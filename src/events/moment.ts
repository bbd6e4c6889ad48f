// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The order of a session's events, independent of their order of arrival.
 * @module
 */
import type { Meaning } from "../agents/mod.ts";
import type { Int } from "../proto/mod.ts";

/**
 * The place of an event in its session: its time in milliseconds, then the rank of its meaning,
 * then its id or a hash of its payload. Only events with the same text share a moment.
 */
export type Moment = readonly [ms: Int, rank: number, tie: string];

/** The order of events in the same millisecond: starts before ends. */
const RANKS = {
  session_start: 0,
  prompt: 1,
  subagent_start: 2,
  call_start: 3,
  permission: 4,
  question: 5,
  notification: 6,
  other: 7,
  answer: 8,
  call_denied: 9,
  call_end: 10,
  call_failed: 10,
  compaction: 11,
  subagent_stop: 12,
  interrupt: 13,
  turn_end: 14,
  turn_failed: 14,
  session_end: 15,
} as const satisfies Record<Meaning, number>;

/** Returns the moment of an event. */
export function momentOf(ms: Int, meaning: Meaning, tie: string): Moment {
  return [ms, RANKS[meaning], tie];
}

/** Compares two moments, for `sort`. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] !== b[1]) return a[1] - b[1];
  return a[2] === b[2] ? 0 : a[2] < b[2] ? -1 : 1;
}

/** Whether `a` is before `b`; false if either is null. */
export function isBefore(a: Moment | null, b: Moment | null): boolean {
  return a !== null && b !== null && compareMoments(a, b) < 0;
}

/** Returns the later of two moments; null counts as unknown. */
export function laterOf(a: Moment | null, b: Moment | null): Moment | null {
  if (a === null || b === null) return a ?? b;
  return compareMoments(a, b) < 0 ? b : a;
}

/** Returns the earlier of two moments; null counts as unknown. */
export function earlierOf(a: Moment | null, b: Moment | null): Moment | null {
  if (a === null || b === null) return a ?? b;
  return compareMoments(a, b) < 0 ? a : b;
}
