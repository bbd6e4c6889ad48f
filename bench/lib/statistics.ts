// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Statistics of measurements.
 * @module
 */

/** The summary of several measurements of one thing. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  /** Half of all measurements lie this close to the median, as a fraction of it. */
  spread: number;
  count: number;
}

/**
 * Sums up measurements.
 *
 * @throws {RangeError} If there are none.
 */
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
 * Returns the value below which a part of all values lies, interpolated between two values.
 *
 * @param sorted Values in ascending order.
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

/**
 * Returns the median of the ratios of `of` to `to`, which were measured in turns: pair by pair, so
 * that a disturbance of both changes the ratio least.
 */
export function ratioOf(of: readonly number[], to: readonly number[]): Summary {
  return summarize(of.map((value, i) => value / (to[i] ?? NaN)));
}
