// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The numbers of a spool.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { type Bounds, readBounds, whyFull } from "./bounds.ts";
import { shortReason } from "./errors.ts";
import { type Failures, FAILURES_FILE, readFailures } from "./failures.ts";
import {
  listRejected,
  readNames,
  REJECTED_FOLDER,
  sortNames,
} from "./listing.ts";
import type { Owner } from "./owner.ts";
import { whyUnwritable } from "./probe.ts";
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
  /** Whether one more event could be kept now. */
  writable: boolean;
  /** The reason if not. */
  reason: string | null;
}

const NO_FAILURES: Failures = { failures: 0, last_failure: null };

/**
 * Counts the files and tries whether one more event would fit. Looking for files that do not exist
 * costs most: an error each.
 */
export function surveySpool(
  folder: string,
  env: Context["env"],
): SpoolStatus {
  try {
    const names = readNames(folder);
    const { pending, unknown } = sortNames(names);
    const rejected = names.includes(REJECTED_FOLDER)
      ? listRejected(folder)
      : [];
    const held = sumUp(folder, { pending, rejected });
    const bounds = readBounds(env);
    const reason = whyFull(held, 1, bounds) ?? whyUnwritable(folder);
    return {
      pending: pending.length,
      bytes: held.bytes,
      oldest_ms: pending[0]?.ms ?? null,
      rejected: rejected.length,
      unknown: unknown.length,
      writable: reason === null,
      reason,
      ...names.includes(FAILURES_FILE) ? readFailures(folder) : NO_FAILURES,
    };
  } catch (error) {
    return {
      pending: 0,
      bytes: 0,
      oldest_ms: null,
      rejected: 0,
      unknown: 0,
      writable: false,
      reason: shortReason(error),
      ...NO_FAILURES,
    };
  }
}

/**
 * Returns the files and bytes of `pending` and `rejected/` together.
 *
 * @param noteFor As for {@linkcode sumSizes}.
 */
export function holdings(
  folder: string,
  pending: readonly { name: string }[],
  noteFor?: Owner | null,
): Bounds {
  return sumUp(folder, { pending, rejected: listRejected(folder), noteFor });
}

interface Kept {
  pending: readonly { name: string }[];
  rejected: readonly string[];
  noteFor?: Owner | null | undefined;
}

function sumUp(folder: string, { pending, rejected, noteFor }: Kept): Bounds {
  const names = pending.map(({ name }) => name);
  return {
    events: names.length + rejected.length,
    bytes: sumSizes(folder, names, noteFor) +
      sumSizes(`${folder}/${REJECTED_FOLDER}`, rejected, noteFor),
  };
}
