// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The folders of a spool: ours, and no links.
 * @module
 */
import {
  HomeError,
  lookAt,
  makeOwnFolder,
  parentOf,
  retryInterrupted,
  whyForeign,
  whyNoOwnFolder,
} from "../context/mod.ts";

/**
 * Refuses a spool in another user's home, and a spool that is a link.
 *
 * Such a user could put a link in place of any file between a look at it and its opening. Root, who
 * may write through every link, would give away or overwrite any file of the system.
 *
 * @throws {HomeError} If the spool cannot be used.
 */
export function checkPlace(folder: string): void {
  refuseForeign(folder);
  const odd = whyNoOwnFolder(folder);
  if (odd) throw new HomeError(`Cannot use "${folder}" as ${odd}`);
}

/**
 * Makes a spool and its missing parents, for the owner alone, and syncs their names to disk.
 *
 * @throws {HomeError} If the spool would be in another user's home.
 */
export function makePlace(folder: string): void {
  refuseForeign(folder);
  const home = parentOf(folder);
  makeParents(home);
  makeFolder(folder);
}

/**
 * Makes a folder of the spool, and syncs its name to disk. A file in its place that is no folder is
 * renamed.
 *
 * @throws {HomeError} If it belongs to another user.
 */
export function makeFolder(path: string): void {
  if (makeOwnFolder(path, true)) syncFolder(parentOf(path));
}

/**
 * Returns the nearest ancestor of an absolute path that exists, or the path itself.
 *
 * @throws {HomeError} If a link in it leads nowhere, as nothing can be made there.
 */
export function nearestFolder(path: string): string {
  for (let folder = path;; folder = parentOf(folder)) {
    try {
      Deno.statSync(folder);
      return folder;
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      if (!isGone || folder === "/") throw error;
      if (lookAt(folder) !== null) {
        throw new HomeError(`"${folder}" is a link that leads nowhere`);
      }
    }
  }
}

/** Syncs the names in a folder to disk. Without it a renamed file may be gone after a power cut. */
export function syncFolder(path: string): void {
  using folder = retryInterrupted(() => Deno.openSync(path));
  retryInterrupted(() => folder.syncSync());
}

function refuseForeign(folder: string): void {
  const home = parentOf(folder);
  const why = whyForeign(home);
  if (why === null) return;
  throw new HomeError(
    `Cannot use home "${home}" as ${why}: current user is ${Deno.uid()}`,
  );
}

/** A home, and what is above it, may be a link to a folder. */
function makeParents(path: string): void {
  if (exists(path)) return;
  const above = parentOf(path);
  makeParents(above);
  if (makeOwnFolder(path)) syncFolder(above);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
