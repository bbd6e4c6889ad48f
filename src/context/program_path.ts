// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The folders in which a program is looked for.
 * @module
 */

/** The folders of a system, if the user names none. */
const SYSTEM = "/usr/bin:/bin";

/**
 * Returns a `PATH` without the entries that depend on the working directory: a repository must not
 * bring the program that we run.
 *
 * @param path The user's `PATH`, in which an empty entry means the working directory.
 */
export function programPath(path: string | undefined): string {
  const folders = (path ?? "").split(":").filter((one) => one.startsWith("/"));
  return folders.length === 0 ? SYSTEM : folders.join(":");
}
