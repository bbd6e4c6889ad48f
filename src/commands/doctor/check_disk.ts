// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the free space on the disk of the home.
 * @module
 */
import { statfsSync } from "node:fs";
import { faultWords, lookAt, parentOf } from "../../context/mod.ts";
import { formatBytes } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/** With less free space, in bytes, events may soon be lost: the spool alone may take 64 MiB. */
const LOW_BYTES = 256 * 1024 * 1024;
/** With less than this, a store can hardly commit. */
const OUT_BYTES = 16 * 1024 * 1024;
/** What repairs other findings while the disk is full. */
export const MAKE_ROOM = "make room on the disk";
const REMOUNT = "repair the disk, or mount it for writing";
const DELETE = "delete or move other files from this disk";
const PRUNE = "kaizen store prune --older-than 30d";

/** Checks the free space that is left. */
export function checkDisk(report: Report, { settings }: Run): void {
  const { home, store } = settings.paths();
  const free = readFree(home);
  const text = `${formatBytes(free)} free`;
  if (free < OUT_BYTES) {
    // A prune needs room itself.
    report.fault(`The disk of ${home} is full: ${text}`, DELETE);
  } else if (free < LOW_BYTES) {
    const isLarge = (lookAt(store)?.size ?? 0) > LOW_BYTES;
    report.note(
      `The disk of ${home} is almost full: ${text}`,
      isLarge ? PRUNE : DELETE,
    );
  } else report.ok(text);
}

/**
 * Whether a disk has no room, or would have none with some more bytes on it.
 *
 * @param path Need not exist.
 * @param more In bytes.
 */
export function isFull(path: string, more = 0): boolean {
  return readFree(path) - more < OUT_BYTES;
}

/**
 * Returns what repairs a disk that is full or read-only; null if it is neither.
 *
 * @param reason Why nothing can be written at the path.
 */
export function repairDisk(path: string, reason: string | null): string | null {
  if (isFull(path)) return MAKE_ROOM;
  return reason === faultWords("EROFS") ? REMOUNT : null;
}

/** Returns a path if this user can follow it, else the nearest one above it. */
export function nearestSeen(path: string): string {
  for (let at = path;; at = parentOf(at)) {
    try {
      Deno.statSync(at);
      return at;
    } catch (error) {
      if (at === "/") throw error;
    }
  }
}

/** Returns the free bytes that a user may take. */
function readFree(path: string): number {
  const { bavail, bsize } = statfsSync(nearestSeen(path));
  return bavail * bsize;
}
