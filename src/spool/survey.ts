// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A spool as people look at it, and clear it.
 * @module
 */
import { type Bounds, whyFull } from "./bounds.ts";
import { removeIfThere } from "./durable_file.ts";
import { systemReason } from "./errors.ts";
import { clearLeftovers } from "./leftovers.ts";
import { type Failures, readFailures } from "./failures.ts";
import { listRejected, listSpool, REJECTED_FOLDER, sizeOf } from "./listing.ts";
import type { Owner } from "./owner.ts";
import { whyUnwritable } from "./probe.ts";
import { decodeRejected } from "./rejected.ts";
import { sumSizes } from "./sizes.ts";

/** What `kaizen status` says about the spool. */
export interface SpoolStatus extends Failures {
  /** Events that wait for a daemon. */
  pending: number;
  /** Bytes of all that is kept, `rejected/` included. */
  bytes: number;
  /** When the oldest pending event was kept, in epoch milliseconds. */
  oldest_ms: number | null;
  /** Files in `rejected/`. */
  rejected: number;
  /** Files of another version, left alone. */
  unknown: number;
  /** Whether one more event could be kept now. */
  writable: boolean;
  /** Why not. */
  reason: string | null;
}

/** One event in the spool. */
export interface SpoolEntry {
  name: string;
  state: "pending" | "rejected" | "unknown";
  bytes: number;
  /** When it was kept, in epoch milliseconds; null if the name does not tell. */
  ms: number | null;
  /** Why it was rejected. */
  reason: string | null;
}

/** What a purge has deleted. */
export interface PurgeReport {
  rejected: number;
  pending: number;
}

/** The line of a rejected file ends within this many bytes. */
const LINE_BYTES = 4096;

/** Counts what is there and tries whether one more event would fit. */
export function spoolStatus(folder: string, bounds: Bounds): SpoolStatus {
  try {
    const { pending, unknown } = listSpool(folder);
    const held = holdings(folder, pending);
    const reason = whyFull(held, 1, bounds) ?? whyUnwritable(folder);
    return {
      pending: pending.length,
      bytes: held.bytes,
      oldest_ms: pending[0]?.ms ?? null,
      rejected: held.events - pending.length,
      unknown: unknown.length,
      writable: reason === null,
      reason,
      ...readFailures(folder),
    };
  } catch (error) {
    return {
      pending: 0,
      bytes: 0,
      oldest_ms: null,
      rejected: 0,
      unknown: 0,
      writable: false,
      reason: systemReason(error),
      failures: 0,
      last_failure: null,
    };
  }
}

/**
 * What `pending` and everything in `rejected/` take together.
 *
 * @param noteFor As {@linkcode sumSizes} has it.
 */
export function holdings(
  folder: string,
  pending: readonly { name: string }[],
  noteFor?: Owner | null,
): Bounds {
  const names = pending.map(({ name }) => name);
  const rejected = listRejected(folder);
  return {
    events: names.length + rejected.length,
    bytes: sumSizes(folder, names, noteFor) +
      sumSizes(`${folder}/${REJECTED_FOLDER}`, rejected, noteFor),
  };
}

/** Lists pending, rejected and unknown files, each kind in order. */
export function listEntries(folder: string): SpoolEntry[] {
  const { pending, unknown } = listSpool(folder);
  return [
    ...pending.map(({ name, ms }): SpoolEntry => ({
      name,
      state: "pending",
      bytes: sizeOf(`${folder}/${name}`),
      ms,
      reason: null,
    })),
    ...listRejected(folder).map((name): SpoolEntry => {
      const path = `${folder}/${REJECTED_FOLDER}/${name}`;
      const ms = /^v1-(\d+)-/.exec(name)?.[1];
      return {
        name,
        state: "rejected",
        bytes: sizeOf(path),
        ms: ms === undefined ? null : Number(ms),
        reason: readReason(path),
      };
    }),
    ...unknown.map((name): SpoolEntry => ({
      name,
      state: "unknown",
      bytes: sizeOf(`${folder}/${name}`),
      ms: null,
      reason: "made by another version of kaizen",
    })),
  ];
}

/** Deletes files; what comes in meanwhile stays. */
export function purgeSpool(
  folder: string,
  options: { pending?: boolean | undefined },
): PurgeReport {
  const rejected = listRejected(folder);
  for (const name of rejected) {
    removeIfThere(`${folder}/${REJECTED_FOLDER}/${name}`);
  }
  clearLeftovers(`${folder}/${REJECTED_FOLDER}`);
  const pending = options.pending ? listSpool(folder).pending : [];
  for (const { name } of pending) removeIfThere(`${folder}/${name}`);
  return { rejected: rejected.length, pending: pending.length };
}

function readReason(path: string): string | null {
  try {
    using file = Deno.openSync(path);
    const start = new Uint8Array(LINE_BYTES);
    const length = file.readSync(start) ?? 0;
    return decodeRejected(start.subarray(0, length)).about.reason;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
