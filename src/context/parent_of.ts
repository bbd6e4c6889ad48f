// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The folder of a path.
 * @module
 */

/** Returns the folder that contains an absolute path; `/` for `/`. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
