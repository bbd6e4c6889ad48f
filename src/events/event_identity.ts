// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The ids by which the store recognizes an event that it already has: a retry, or the same event
 * from a second hook of the same agent, such as that of the user and that of a repository.
 * @module
 */
import type { Meaning } from "../agents/mod.ts";
import { hashPayload, readOwnTime } from "./_payload_hash.ts";
import type { Facts } from "./facts.ts";
import type { Payload } from "./payload.ts";

/** By what an event is recognized in its session. */
export interface EventIdentity {
  /** The id to store; null for an event that may be stored more than once. */
  readonly id: string | null;
  /**
   * A session that has an event with one of these ids already has this event: ids in their order,
   * between which there is no other id, and its `kaizen_id`. Null if it has none.
   */
  readonly known: {
    readonly range: readonly [string, ...string[]];
    readonly own: string;
  } | null;
}

/**
 * Periods in milliseconds. Equal payloads in the same period or in two adjacent ones are one event.
 * A call's id or the agent's own time proves that. Otherwise the hooks must have started at about
 * the same time, because a turn may end twice with the same words.
 */
const PROVEN_MS = 30_000;
const LIKELY_MS = 500;
/** Digits of the greatest period: ids of one hash have the order of their times. */
const PERIOD_DIGITS = 11;
const RADIX = 36;

/** Events that do not happen twice in one turn within {@linkcode LIKELY_MS}. */
const RARE: ReadonlySet<Meaning> = new Set([
  "compaction",
  "interrupt",
  "prompt",
  "session_end",
  "session_start",
  "subagent_start",
  "subagent_stop",
  "turn_end",
  "turn_failed",
]);

/**
 * Returns the identity of an event. Without its `kaizen_id` it has none.
 *
 * An event whose payload is not proven to be unique, such as a request for a permission, has its
 * `kaizen_id` alone.
 */
export function identifyEvent(payload: Payload, facts: Facts): EventIdentity {
  const own = payload.text("kaizen_id");
  if (!own) return { id: null, known: null };
  const periodMs = findPeriod(payload, facts);
  if (periodMs === null) return { id: own, known: { range: [own], own } };
  const period = Math.floor(Number(facts.at[0]) / periodMs);
  const hash = hashPayload(payload);
  const name = (n: number) =>
    `=${hash}.${n.toString(RADIX).padStart(PERIOD_DIGITS, "0")}`;
  const id = name(period);
  const first = name(Math.max(0, period - 1));
  return { id, known: { range: [first, id, name(period + 1)], own } };
}

function findPeriod(
  payload: Payload,
  { meaning, callId }: Facts,
): number | null {
  // A line of a transcript has an id of its own.
  if (payload.text("kaizen_event_source") === "Tail") return null;
  if (callId !== null || readOwnTime(payload) !== null) return PROVEN_MS;
  // Without the id of a turn, a turn that fails at once may look like the one before.
  const turn = payload.valueOf("generation_id", "prompt_id", "turn_id");
  return RARE.has(meaning) && turn !== null ? LIKELY_MS : null;
}
