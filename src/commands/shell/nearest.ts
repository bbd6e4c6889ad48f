// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Suggestions for mistyped words.
 * @module
 */

/**
 * Finds the candidate that is nearest to a mistyped word.
 *
 * @returns The candidate, or null if none is near enough. A candidate is near enough if it starts
 * with the word, or if at most a third of the longer one differs.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findNearest } from "./nearest.ts";
 *
 * assertEquals(findNearest("sesions", ["status", "sessions"]), "sessions");
 * assertEquals(findNearest("banana", ["status", "sessions"]), null);
 * ```
 */
export function findNearest<T extends string>(
  word: string,
  candidates: readonly T[],
): T | null {
  const wanted = word.toLowerCase();
  let best: T | null = null;
  let least = Infinity;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const far = wanted.length >= 3 && known.startsWith(wanted)
      ? 1
      : distance(wanted, known);
    const bound = Math.max(
      1,
      Math.floor(Math.max(wanted.length, known.length) / 3),
    );
    if (far <= bound && far < least) [best, least] = [candidate, far];
  }
  return best;
}

/**
 * Suggests the candidate that is nearest to a mistyped word.
 *
 * @returns The end of a message, or nothing.
 */
export function guessWord(word: string, candidates: readonly string[]): string {
  const near = findNearest(word, candidates);
  return near === null ? "" : `; did you mean "${near}"?`;
}

/**
 * Returns the number of insertions, deletions, substitutions and swaps of neighbors between two
 * words.
 */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
