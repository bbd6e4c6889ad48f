// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files that root makes in another user's home. They must belong to that user, who must not be able
 * to choose which file root gives away.
 * @module
 */
import { randomHex } from "./event_name.ts";

/** The user and group that new files must belong to. */
export interface Owner {
  uid: number;
  gid: number;
}

const FOLDER_MODE = 0o700;

/**
 * Finds the owner of new files in `folder`.
 *
 * @returns Null if new files belong to the right user anyway, which is the user of this process.
 */
export function newFileOwner(folder: string): Owner | null {
  if (Deno.uid() !== 0) return null;
  const { uid, gid } = Deno.statSync(nearestFolder(folder));
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/** Returns the nearest ancestor of an absolute path that exists, or the path itself. */
export function nearestFolder(path: string): string {
  for (let folder = path;; folder = parent(folder)) {
    try {
      Deno.statSync(folder);
      return folder;
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      if (!isGone || folder === "/") throw error;
    }
  }
}

/** Makes a folder and its missing parents, for the owner alone, and syncs their names to disk. */
export function makeFolder(path: string, owner: Owner | null): void {
  if (exists(path)) return;
  const above = parent(path);
  makeFolder(above, owner);
  try {
    if (owner === null) Deno.mkdirSync(path, { mode: FOLDER_MODE });
    else {
      makeFor(
        owner,
        path,
        (made) => Deno.mkdirSync(made, { mode: FOLDER_MODE }),
      );
    }
  } catch (error) {
    if (!exists(path)) throw error; // otherwise another process was faster
  }
  syncFolder(above);
}

/**
 * Makes a file or folder at `path` that belongs to `owner`.
 *
 * The owner of the folder could replace a file that root has just made with a link to another file,
 * before root gives it away. So root makes it and gives it away inside a folder that only root can
 * enter, under a name that cannot be guessed, and moves it from there.
 *
 * @param make Makes it at the path it is given.
 */
export function makeFor(
  owner: Owner,
  path: string,
  make: (path: string) => void,
): void {
  const stage = Deno.makeTempDirSync({ dir: parent(path), prefix: ".stage-" });
  try {
    const made = `${stage}/${randomHex(16)}`;
    make(made);
    Deno.chownSync(made, owner.uid, owner.gid);
    Deno.renameSync(made, path);
  } finally {
    Deno.removeSync(stage, { recursive: true });
  }
}

/** Syncs the names in a folder to disk. Without it a renamed file may be gone after a power cut. */
export function syncFolder(path: string): void {
  using folder = Deno.openSync(path);
  folder.syncSync();
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

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
