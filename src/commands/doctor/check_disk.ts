// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the free space on the disk of the home.
 * @module
 */
import { statfsSync } from "node:fs";
import { lookAt, parentOf } from "../../context/mod.ts";
import { formatBytes } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/** With less free space, in bytes, events may soon be lost: the spool alone may take 64 MiB. */
const LOW_BYTES = 256 * 1024 * 1024;
/** With less than this, a store can hardly commit. */
const OUT_BYTES = 16 * 1024 * 1024;
const PRUNE = "kaizen store prune --older-than 30d";

/** Checks the free space that is left. */
export function checkDisk(report: Report, { settings }: Run): void {
  const { home } = settings.paths();
  const folder = nearestFolder(home);
  const free = readFree(folder);
  const text = `${formatBytes(free)} free`;
  if (free < OUT_BYTES) {
    report.fault(`The disk of ${home} is full: ${text}`, PRUNE);
  } else if (free < LOW_BYTES) {
    report.note(`The disk of ${home} is almost full: ${text}`, PRUNE);
  } else report.ok(text);
}

/** Returns a path if it exists, else the nearest folder above it that does. */
function nearestFolder(path: string): string {
  let at = path;
  while (lookAt(at) === null && at !== "/") at = parentOf(at);
  return at;
}

/** Returns the free bytes that a user may take. */
function readFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
