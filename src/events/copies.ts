// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Recognizes copies: some agents deliver one event to their own hook and to another agent's hook.
 * @module
 */
import { subtractInts } from "./_int.ts";
import type { Facts } from "./facts.ts";
import type { Int } from "../proto/mod.ts";
import type { SeenCopy } from "./session_state.ts";

/** Maximum time between copies of an event, in milliseconds. */
const WITHIN_MS = 60_000;
/**
 * Maximum number of events that are remembered. Agents send fewer in that time, except in rare
 * bursts.
 */
const MAX_COPIES = 64;
/**
 * Number of events that are remembered regardless of their time, because the spool delivers late.
 */
const MIN_COPIES = 16;

/**
 * Looks for the original of a copy: the same event, delivered by another hook shortly before. Of
 * events that only look the same each has one copy from each hook. The copy itself may arrive
 * again, if its sender got no answer or the hook is in two files.
 *
 * @returns The new list of remembered events; null if the event is not a copy.
 */
export function findCopy(
  copies: readonly SeenCopy[],
  { at: [ms], copyKey, copyId, via }: Facts,
): { copies: readonly SeenCopy[] } | null {
  const index = copies.findIndex(([key, seenMs, seenVia, ...paired]) =>
    key === copyKey && seenVia !== via && isNear(seenMs, ms) &&
    (pairOf(paired, via) ?? copyId) === copyId
  );
  const found = copies[index];
  if (found === undefined) return null;
  const [key, seenMs, seenVia, ...paired] = found;
  const pairs = pairOf(paired, via) === null
    ? [...even(paired), via, copyId]
    : paired;
  return { copies: copies.with(index, [key, seenMs, seenVia, ...pairs]) };
}

/** Returns the id of the copy that came through a hook; null if there is none. */
function pairOf(paired: readonly string[], via: string): string | null {
  return even(paired).find((_, i, all) => i % 2 === 1 && all[i - 1] === via) ??
    null;
}

/** Older versions kept one id, or "", instead of pairs. */
function even(paired: readonly string[]): readonly string[] {
  return paired.length % 2 === 0 ? paired : [];
}

/** Adds an event that is not a copy. */
export function rememberCopy(
  copies: readonly SeenCopy[],
  { at: [ms], copyKey, via }: Facts,
): readonly SeenCopy[] {
  if (copyKey === null) return copies;
  const late = copies.length - MIN_COPIES;
  const near = copies.filter(([, seenMs], i) => i > late || isNear(seenMs, ms));
  return [...near.slice(1 - MAX_COPIES), [copyKey, ms, via]];
}

function isNear(a: Int, b: Int): boolean {
  const apart = subtractInts(a, b);
  return apart <= WITHIN_MS && apart >= -WITHIN_MS;
}
