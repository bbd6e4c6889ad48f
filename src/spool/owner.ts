// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files that root makes in another user's home: they must belong to that user, who must not be able to choose what is given away.
 * @module
 */
import { randomHex } from "./event_name.ts";

/** To whom new files are given. */
export interface Owner {
  uid: number;
  gid: number;
}

const FOLDER_MODE = 0o700;

/**
 * Finds to whom new files in `folder` must be given.
 *
 * @returns Null if they belong to the right one anyway: to whoever runs this.
 */
export function newFileOwner(folder: string): Owner | null {
  if (Deno.uid() !== 0) return null;
  const { uid, gid } = Deno.statSync(nearestFolder(folder));
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/** The nearest ancestor of an absolute path, or itself, that exists. */
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

/** Makes a folder and those above it that are missing, for the owner alone, and writes their names to disk. */
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
    if (!exists(path)) throw error; // else another process was faster
  }
  syncFolder(above);
}

/**
 * Makes something at `path` that belongs to `owner`.
 *
 * Who owns the folder could swap a file that root has just made there for a link to another one before root gives it away. So it is
 * made and given inside a folder that only root can enter, under a name nobody can guess, and moved from there.
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

/** Writes a folder's names to disk, without which a renamed file may be gone after a power cut. */
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
