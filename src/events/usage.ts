// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tokens and costs of an event.
 * @module
 */
import { I64_MAX, I64_MIN, type Int, toInt } from "../proto/mod.ts";
import type { Payload } from "./payload.ts";

/** The usage of an event; null where it does not tell. */
export interface Usage {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly reasoningTokens: number | null;
  /** Millionths of a US dollar. */
  readonly costUsdE6: Int | null;
}

/** Reads the usage of an event. */
export function readUsage(payload: Payload): Usage {
  return {
    tokensIn: payload.count("input_tokens"),
    tokensOut: payload.count("output_tokens"),
    reasoningTokens: payload.count("reasoning_tokens"),
    costUsdE6: readCost(payload),
  };
}

/** Returns millionths of a dollar, truncated toward zero and clamped to 64 bits. */
function readCost(payload: Payload): Int | null {
  const dollars = payload.double("total_cost_usd");
  if (dollars === null) return null;
  const cost = Math.trunc(dollars * 1e6);
  if (Number.isSafeInteger(cost)) return cost + 0; // never -0
  if (cost >= Number(I64_MAX)) return I64_MAX;
  return cost <= Number(I64_MIN) ? I64_MIN : toInt(BigInt(cost));
}
