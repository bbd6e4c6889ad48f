// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Numbers about numbers.
 * @module
 */

/** What is shown of several measurements of one thing. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  /** Half of all lie this close around the median, as a part of it. */
  spread: number;
  count: number;
}

/** Sums measurements up. @throws {RangeError} If there are none. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return {
    median,
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median,
    count: sorted.length,
  };
}

/**
 * The value below which a part of all lies, between two where it falls between them.
 *
 * @param sorted Ascending.
 * @param part From 0 to 1.
 * @throws {RangeError} If there are no values.
 */
export function quantile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) {
    throw new RangeError("Cannot sum up: there is nothing measured");
  }
  return low + (high - low) * (at % 1);
}

/** The median of what `of` is to `to`, measured in turns: pair by pair, so that what disturbs both disturbs the ratio least. */
export function ratioOf(of: readonly number[], to: readonly number[]): Summary {
  return summarize(of.map((value, i) => value / (to[i] ?? NaN)));
}
