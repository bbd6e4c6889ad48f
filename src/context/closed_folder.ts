// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Folders in which the runtime opens no file for a program that has not all permissions, which this
 * one never has.
 * @module
 */
import { HomeError } from "./errors.ts";
import { realPath } from "./real_path.ts";

const CLOSED_FOLDERS = ["/dev", "/proc", "/sys"];

/**
 * Finds the closed folder that a path is in, by its text alone.
 *
 * @param path Absolute.
 * @returns Null if it is in none.
 */
export function findClosedFolder(path: string): string | null {
  return CLOSED_FOLDERS.find((folder) =>
    path === folder || path.startsWith(`${folder}/`)
  ) ?? null;
}

/**
 * Explains why no file of a home can be opened: it leads into a closed folder, by its text or by a
 * link.
 *
 * @param home Absolute; it need not exist.
 * @returns Null if that is not so.
 */
export function whyClosed(home: string): string | null {
  const folder = findClosedFolder(home) ?? findClosedFolder(nearestReal(home));
  return folder === null
    ? null
    : `Cannot use home "${home}" as ${noFileBelow(folder)}`;
}

/** @throws {HomeError} If a home leads into a closed folder. */
export function refuseClosed(home: string): void {
  const why = whyClosed(home);
  if (why !== null) throw new HomeError(`${why}: give another --home`);
}

/** Returns a clause that says what a closed folder is. */
export function noFileBelow(folder: string): string {
  return `the runtime opens no file below ${folder}`;
}

/**
 * Explains an error of the runtime about a file in a closed folder. The runtime names the file in
 * its message only.
 *
 * @returns Null for any other error.
 */
export function closedReason(
  error: unknown,
): { path: string; reason: string } | null {
  if (!(error instanceof Deno.errors.NotCapable)) return null;
  const [, path = ""] = /"(.*)"/.exec(error.message) ?? [];
  const folder = findClosedFolder(path);
  return folder === null ? null : { path, reason: noFileBelow(folder) };
}

/** Returns the real path of the nearest folder above that exists. */
function nearestReal(path: string): string {
  for (let at = path;; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    const real = realPath(at);
    if (real !== null) return real;
    if (at === "/") return at;
  }
}
