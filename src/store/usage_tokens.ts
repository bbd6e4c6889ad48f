// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts of tokens, in messages and in sums.
 * @module
 */

/** Columns of counts, one for each price. */
export const TOKEN_COLUMNS = [
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
] as const;

type TokenColumn = (typeof TOKEN_COLUMNS)[number];

/**
 * Counts of tokens. `input` is the input that was neither read from a cache nor written to one.
 * `output` includes the reasoning.
 */
export type StoredCounts = Record<TokenColumn, number>;

/** Returns the counts that a function gives. */
export function countTokens(
  count: (name: TokenColumn) => number,
): StoredCounts {
  return {
    input: count("input"),
    output: count("output"),
    cache_read: count("cache_read"),
    cache_write_5m: count("cache_write_5m"),
    cache_write_1h: count("cache_write_1h"),
  };
}
