// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks closely at a socket that others than this user may be able to replace. Loaded only then.
 * @module
 */
import { whyReplaceable } from "./owner.ts";
import { parentOf } from "./parent_of.ts";

/**
 * Connects to a socket of this user, or of root. Looks again after that: another user may have
 * bound the path as soon as our daemon had left it.
 *
 * @throws {Error} If the socket or a folder above it belongs to another user, or if every user can
 * replace one of them.
 * @throws {Deno.errors} As the system reports it.
 */
export async function connectShared(path: string): Promise<Deno.Conn> {
  const made = lookAt(path);
  const conn = await Deno.connect({ transport: "unix", path });
  try {
    if (lookAt(path) !== made) throw new Error("It was replaced");
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** Refuses a socket that may be another user's, and returns which one it is. */
function lookAt(path: string): string {
  const { uid, ino, mtime } = Deno.lstatSync(path);
  if (uid && uid !== Deno.uid()) throw new Error(`It belongs to user ${uid}`);
  const why = whyReplaceable(parentOf(path));
  if (why !== null) throw new Error(why);
  return `${ino} ${mtime?.getTime()}`;
}
