// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Integers of the wire, which may be longer than a number holds.
 * @module
 */

/** An integer exactly as on the wire: a number when that is safe, else a bigint. */
export type Int = number | bigint;

/** Returns an integer as a number where that is safe. */
export function toInt(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
