// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Folders in which the runtime opens no file for a program that has not all permissions, which this
 * one never has.
 * @module
 */
import { HomeError } from "./errors.ts";
import { parentOf } from "./parent_of.ts";
import { realPath } from "./real_path.ts";

/**
 * Explains, by the text of a path alone, why no file of that path can be opened.
 *
 * @param path Absolute.
 * @returns A clause, or null if the path is in no closed folder.
 */
export function whyClosed(path: string): string | null {
  for (const folder of ["/dev/", "/proc/", "/sys/"]) {
    if (`${path}/`.startsWith(folder)) {
      return `Deno opens no file below ${folder}`;
    }
  }
  return null;
}

/**
 * Explains why no file of a home can be opened: it leads into a closed folder, by its text or by a
 * link.
 *
 * @param home Absolute; it need not exist.
 * @returns A sentence, or null if that is not so.
 */
export function whyNoHome(home: string): string | null {
  const reason = whyClosed(home) ?? whyClosed(nearestReal(home));
  return reason === null ? null : `Cannot use home "${home}" as ${reason}`;
}

/** @throws {HomeError} If a home leads into a closed folder. */
export function refuseClosed(home: string): void {
  const why = whyNoHome(home);
  if (why !== null) throw new HomeError(`${why}: give another --home`);
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
  const reason = whyClosed(path);
  return reason === null ? null : { path, reason };
}

/** Returns the real path of the nearest folder above that exists. */
function nearestReal(path: string): string {
  for (let at = path;; at = parentOf(at)) {
    const real = realPath(at);
    if (real !== null) return real;
    if (at === "/") return at;
  }
}
