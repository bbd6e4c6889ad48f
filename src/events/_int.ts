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

/** Exact sum, held at the limits of a signed 64-bit integer, where the wire's costs end. */
export function addCosts(a: Int, b: Int): Int {
  const sum = addInts(a, b);
  if (sum > I64_MAX) return I64_MAX;
  return sum < I64_MIN ? I64_MIN : sum;
}
