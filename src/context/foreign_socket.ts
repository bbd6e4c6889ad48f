// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks closely at a socket in a folder that is not this user's alone. Loaded only then.
 * @module
 */

/** Every user can write, and `STICKY` does not keep them from renaming files of others. */
const ALL_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Refuses a socket that may be another user's. The folder and the socket may be root's, and the
 * group of the folder may write to it, as each user often has a group of their own.
 *
 * @throws {Error} If the socket or its folder belongs to another user, or if every user can replace
 * the socket.
 * @throws {Deno.errors} As the system reports it.
 */
export function refuseForeignSocket(path: string): void {
  const user = Deno.uid();
  const folder = Deno.statSync(path.slice(0, path.lastIndexOf("/")) || "/");
  for (const uid of [folder.uid, Deno.lstatSync(path).uid]) {
    if (uid !== null && uid !== user && uid !== 0) {
      throw new Error(`It belongs to user ${uid}`);
    }
  }
  if (((folder.mode ?? 0) & (ALL_WRITE | STICKY)) === ALL_WRITE) {
    throw new Error("Every user can replace it: make its folder private");
  }
}
