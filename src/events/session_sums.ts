// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sums over a session's calls and its other events.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { addInts, subtractInts } from "./_int.ts";
import {
  type CallState,
  costOf,
  endOf,
  outcomeOf,
  tokensOf,
} from "./call_state.ts";
import type { Usage } from "./usage.ts";

/** A sum and its number of values. Without values the sum is unknown. */
export type Sum = readonly [sum: Int, count: number];

/** Sums over a session's calls and its other events. */
export interface SessionSums {
  readonly calls: number;
  readonly failed: number;
  /** Calls with an unknown outcome. */
  readonly unknown: number;
  readonly tokensIn: Sum;
  readonly tokensOut: Sum;
  readonly cost: Sum;
  /** Calls with a known cost. */
  readonly costCalls: number;
}

/** Replaces a call's old figures in the sums by its new ones. */
export function countCall(
  sums: SessionSums,
  before: CallState | null,
  after: CallState | null,
): SessionSums {
  const old = figuresOf(before);
  const now = figuresOf(after);
  return {
    calls: sums.calls + now.calls - old.calls,
    failed: sums.failed + now.failed - old.failed,
    unknown: sums.unknown + now.unknown - old.unknown,
    tokensIn: exchange(sums.tokensIn, old.tokensIn, now.tokensIn),
    tokensOut: exchange(sums.tokensOut, old.tokensOut, now.tokensOut),
    cost: exchange(sums.cost, old.cost, now.cost),
    costCalls: sums.costCalls + (now.cost === null ? 0 : 1) -
      (old.cost === null ? 0 : 1),
  };
}

/** Adds the usage of an event that does not belong to a call. */
export function countUsage(sums: SessionSums, usage: Usage): SessionSums {
  const { tokensIn, tokensOut, costUsdE6 } = usage;
  if (tokensIn === null && tokensOut === null && costUsdE6 === null) {
    return sums;
  }
  return {
    ...sums,
    tokensIn: exchange(sums.tokensIn, null, tokensIn),
    tokensOut: exchange(sums.tokensOut, null, tokensOut),
    cost: exchange(sums.cost, null, costUsdE6),
  };
}

const NOTHING = {
  calls: 0,
  failed: 0,
  unknown: 0,
  tokensIn: null,
  tokensOut: null,
  cost: null,
};

function figuresOf(call: CallState | null) {
  // A call without an id that is the same as one with an id is not counted.
  if (call === null || call.whole !== null) return NOTHING;
  const outcome = outcomeOf(call);
  return {
    calls: 1,
    failed: outcome === "failed" ? 1 : 0,
    unknown: outcome === null && endOf(call) !== null ? 1 : 0,
    tokensIn: tokensOf(call, "tokensIn"),
    tokensOut: tokensOf(call, "tokensOut"),
    cost: costOf(call),
  };
}

function exchange(sum: Sum, old: Int | null, now: Int | null): Sum {
  if (old === now) return sum;
  return [
    subtractInts(addInts(sum[0], now ?? 0), old ?? 0),
    sum[1] + (now === null ? 0 : 1) - (old === null ? 0 : 1),
  ];
}
