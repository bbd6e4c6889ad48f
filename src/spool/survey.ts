// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The numbers of a spool.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { type Bounds, readBounds, whyFull } from "./bounds.ts";
import { shortReason } from "./errors.ts";
import { type Failures, readFailures } from "./failures.ts";
import {
  listRejected,
  readEntries,
  REJECTED_FOLDER,
  sortEntries,
  sortRejected,
} from "./listing.ts";
import { checkPlace } from "./place.ts";
import { whyUnwritable } from "./why_unwritable.ts";
import { sumSizes } from "./sizes.ts";

/** The part of `kaizen status` about the spool. */
export interface SpoolStatus extends Failures {
  /** Events that wait for a daemon. */
  pending: number;
  /** Bytes of all files, including `rejected/`. */
  bytes: number;
  /** Time at which the oldest pending event was spooled, in epoch milliseconds. */
  oldest_ms: number | null;
  /** Files in `rejected/`. */
  rejected: number;
  /** Files of another version, left alone. */
  unknown: number;
  /** Names of entries that are not plain files of ours, or were moved out of the way for that. */
  odd: string[];
  /** Whether one more event could be kept now. */
  writable: boolean;
  /** The reason if not. */
  reason: string | null;
}

const NO_FAILURES: Failures = { failures: 0, last_failure: null, losses: [] };

/**
 * Counts the files and tries whether one more event would fit. Looking for files that do not exist
 * costs most: an error each.
 */
export function surveySpool(
  folder: string,
  env: Context["env"],
): SpoolStatus {
  try {
    checkPlace(folder);
    const entries = readEntries(folder);
    const { pending, unknown, odd } = sortEntries(entries);
    const names = entries.map(({ name }) => name);
    const aside = names.includes(REJECTED_FOLDER)
      ? sortRejected(folder)
      : { rejected: [], odd: [] };
    const { rejected } = aside;
    const held = sumUp(folder, { pending, rejected });
    const bounds = readBounds(env);
    const reason = whyFull(held, 1, bounds) ?? whyUnwritable(folder);
    return {
      pending: pending.length,
      bytes: held.bytes,
      oldest_ms: pending[0]?.ms ?? null,
      rejected: rejected.length,
      unknown: unknown.length,
      odd: [...odd, ...aside.odd],
      writable: reason === null,
      reason,
      ...readFailures(folder, names),
    };
  } catch (error) {
    return {
      pending: 0,
      bytes: 0,
      oldest_ms: null,
      rejected: 0,
      unknown: 0,
      odd: [],
      writable: false,
      reason: shortReason(error),
      ...NO_FAILURES,
    };
  }
}

/**
 * Returns the files and bytes of `pending` and `rejected/` together. The bytes are summed up when
 * they are asked for: a spool with too many files is full without that.
 *
 * @param mayNote As for {@linkcode sumSizes}.
 */
export function holdings(
  folder: string,
  pending: readonly { name: string }[],
  mayNote = false,
): Bounds {
  return sumUp(folder, { pending, rejected: listRejected(folder), mayNote });
}

interface Kept {
  pending: readonly { name: string }[];
  rejected: readonly string[];
  mayNote?: boolean | undefined;
}

function sumUp(folder: string, { pending, rejected, mayNote }: Kept): Bounds {
  const names = pending.map(({ name }) => name);
  return {
    events: names.length + rejected.length,
    get bytes() {
      return sumSizes(folder, names, mayNote) +
        sumSizes(`${folder}/${REJECTED_FOLDER}`, rejected, mayNote);
    },
  };
}
