// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One event that an agent delivers to its own hook and to another agent's, which it also runs.
 * @module
 */
import { subtractInts } from "./_int.ts";
import type { Facts } from "./facts.ts";
import type { Int } from "../proto/mod.ts";
import type { SeenCopy } from "./session_state.ts";

/** The copies of an event are no further apart. */
const WITHIN_MS = 60_000;
/** Events that are remembered; an agent sends fewer in that time but for rare bursts. */
const MAX_COPIES = 64;
/** That many are remembered whatever their time: the spool delivers late. */
const MIN_COPIES = 16;

/**
 * Looks for an event that this one is a copy of: the same, delivered by another hook a moment ago, of which no other copy has come.
 * The copy itself may come again, as its sender may not have had the answer.
 *
 * @returns What is to be remembered now; null if it is not a copy.
 */
export function findCopy(
  copies: readonly SeenCopy[],
  { at: [ms, , id], copyKey, via }: Facts,
): { copies: readonly SeenCopy[] } | null {
  const index = copyKey === null ? -1 : copies.findIndex((seen) => {
    const [key, seenMs, seenVia, copyId] = seen;
    return key === copyKey && seenVia !== via &&
      (copyId === "" || copyId === id) && isNear(seenMs, ms);
  });
  const found = copies[index];
  if (found === undefined) return null;
  const [key, seenMs, seenVia] = found;
  return { copies: copies.with(index, [key, seenMs, seenVia, id]) };
}

/** Remembers an event that is no copy. */
export function rememberCopy(
  copies: readonly SeenCopy[],
  { at: [ms], copyKey, via }: Facts,
): readonly SeenCopy[] {
  if (copyKey === null) return copies;
  const late = copies.length - MIN_COPIES;
  const near = copies.filter(([, seenMs], i) => i > late || isNear(seenMs, ms));
  return [...near.slice(1 - MAX_COPIES), [copyKey, ms, via, ""]];
}

function isNear(a: Int, b: Int): boolean {
  const apart = subtractInts(a, b);
  return apart <= WITHIN_MS && apart >= -WITHIN_MS;
}
