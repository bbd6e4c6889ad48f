// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Work on many items in steps of a few milliseconds, so that other work can run in between.
 * @module
 */

/** Number of items in a step. */
export const ITEMS_A_STEP = 500;

/** Sorts items into a new list by merging sorted pieces. */
export function* sortInSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, T[]> {
  let pieces: T[][] = [];
  for (let i = 0; i < items.length; i += ITEMS_A_STEP) {
    pieces.push(items.slice(i, i + ITEMS_A_STEP).sort(compare));
    if (items.length > ITEMS_A_STEP) yield;
  }
  while (pieces.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < pieces.length; i += 2) {
      const [a = [], b = []] = pieces.slice(i, i + 2);
      merged.push(yield* merge(a, b, compare));
    }
    pieces = merged;
  }
  return pieces[0] ?? [];
}

function* merge<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<void, T[]> {
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (
      left !== undefined && (right === undefined || compare(left, right) <= 0)
    ) {
      merged.push(left);
      i++;
    } else if (right !== undefined) {
      merged.push(right);
      j++;
    }
    if (merged.length % ITEMS_A_STEP === 0) yield;
  }
  return merged;
}
