// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Exact arithmetic on integers: numbers where they are safe, else bigints.
 * @module
 */
import { I64_MAX, I64_MIN, type Int, toInt } from "../proto/mod.ts";

/** Returns the exact sum. */
export function addInts(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return toInt(BigInt(a) + BigInt(b));
}

/** Returns the exact difference. */
export function subtractInts(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return toInt(BigInt(a) - BigInt(b));
}

/** Returns a cost clamped to a signed 64-bit integer, as the protocol has it. */
export function clampCost(cost: Int): Int {
  if (cost > I64_MAX) return I64_MAX;
  return cost < I64_MIN ? I64_MIN : cost;
}
