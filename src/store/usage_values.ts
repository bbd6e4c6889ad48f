// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The limits of values from transcripts.
 * @module
 */

/** Maximum number of characters kept of a model's name or an agent's id. */
const MAX_NAME_CHARS = 200;
/** Limit of a count, so that sums stay exact. */
const MAX_COUNT = 1e12;
/** The last time that a `Date` can represent. */
const MAX_TIME_MS = 8.64e15;

/** Returns a whole number from 0 to `most`. */
export function clampCount(value: number, most = MAX_COUNT): number {
  return value > 0 ? Math.min(Math.trunc(value), most) : 0;
}

/** Returns a time in epoch milliseconds that a `Date` can represent. */
export function clampTime(ms: number): number {
  return clampCount(ms, MAX_TIME_MS);
}

/** Returns a name without the characters over the limit. */
export function cutName(name: string): string {
  return name.slice(0, MAX_NAME_CHARS);
}
