// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists the files of a spool for a user, and deletes them.
 * @module
 */
import {
  HomeError,
  lookAt,
  openToRead,
  whyKeptOut,
  whyNoOwnFolder,
  whyOdd,
} from "../context/mod.ts";
import { removeIfThere } from "./durable_file.ts";
import { MAX_EVENT_FILE_BYTES } from "./event_file.ts";
import { clearFailures, FAILURES_FILE, listFailures } from "./failures.ts";
import { clearLeftovers } from "./leftovers.ts";
import {
  listRejected,
  listSpool,
  REJECTED_FOLDER,
  sizeOf,
  sortRejected,
} from "./listing.ts";
import { decodeRejected } from "./rejected.ts";

/** One event in the spool, or one failure of a hook. */
export interface SpoolEntry {
  /** Name of its file. All failures are in one file. */
  name: string;
  state: "pending" | "rejected" | "unknown" | "odd" | "failure";
  /** 0 for a failure, which takes no room of the events. */
  bytes: number;
  /** Time at which it was spooled, in epoch milliseconds; null if the name does not say. */
  ms: number | null;
  /** Why it was rejected, or how the hook failed. */
  reason: string | null;
}

/** How many entries a purge deleted. */
export interface PurgeReport {
  rejected: number;
  pending: number;
  failures: number;
}

/** The first line of a rejected file ends within this many bytes. */
const LINE_BYTES = 4096;

/** Lists pending, rejected and unknown files and failures, each kind in order. */
export function listEntries(folder: string): SpoolEntry[] {
  const { pending, unknown, odd } = listSpool(folder);
  const aside = sortRejected(folder);
  return [
    ...pending.map(({ name, ms }): SpoolEntry => ({
      name,
      state: "pending",
      bytes: sizeOf(`${folder}/${name}`),
      ms,
      reason: null,
    })),
    ...aside.rejected.map((name): SpoolEntry => {
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
    ...[...odd, ...aside.odd].map((name): SpoolEntry => ({
      name,
      state: "odd",
      bytes: 0,
      ms: null,
      reason: whyPassedOver(`${folder}/${name}`),
    })),
    ...listFailures(folder).map(({ ms, reason, count }): SpoolEntry => ({
      name: FAILURES_FILE,
      state: "failure",
      bytes: 0,
      ms,
      reason: count > 1 ? `${reason} (and ${count - 1} before it)` : reason,
    })),
  ];
}

/** Deletes rejected files and failures. Events that arrive meanwhile stay. */
export function purgeSpool(
  folder: string,
  options: { pending?: boolean | undefined },
): PurgeReport {
  const rejected = listRejected(folder);
  for (const name of rejected) {
    removeIfThere(`${folder}/${REJECTED_FOLDER}/${name}`);
  }
  if (whyNoOwnFolder(`${folder}/${REJECTED_FOLDER}`) === null) {
    clearLeftovers(`${folder}/${REJECTED_FOLDER}`);
  }
  const pending = options.pending ? listSpool(folder).pending : [];
  for (const { name } of pending) removeIfThere(`${folder}/${name}`);
  return {
    rejected: rejected.length,
    pending: pending.length,
    failures: clearFailures(folder),
  };
}

function readReason(path: string): string | null {
  try {
    using file = openToRead(path);
    if (file === null) return null;
    const start = new Uint8Array(LINE_BYTES);
    const length = file.readSync(start) ?? 0;
    return decodeRejected(start.subarray(0, length)).about.reason;
  } catch (error) {
    if (error instanceof HomeError) return error.message;
    throw error;
  }
}

function whyPassedOver(path: string): string {
  const found = lookAt(path);
  if (found?.isDirectory && path.endsWith(`/${REJECTED_FOLDER}`)) {
    return "its owner may not read it: run chmod u+rwx";
  }
  const odd = found && whyOdd(found, MAX_EVENT_FILE_BYTES);
  if (odd === null) return "it could not be read";
  const isKeptOut = found !== null && odd === whyKeptOut(found, "read");
  return isKeptOut ? `${odd}: run chmod u+rw` : odd;
}
