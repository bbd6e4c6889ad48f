// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Integers of the wire, which may exceed a number's safe range.
 * @module
 */

/** The exact integer on the wire: a number if that is safe, else a bigint. */
export type Int = number | bigint;

/** Returns an integer as a number if that is safe, else as it is. */
export function toInt(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
