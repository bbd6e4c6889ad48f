// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks closely at a socket that others than this user may be able to replace. Loaded only then.
 * @module
 */
import { whyReplaceable } from "./owner.ts";
import { parentOf } from "./parent_of.ts";

/**
 * Refuses a socket that may be another user's. It may be root's.
 *
 * @throws {Error} If the socket or a folder above it belongs to another user, or if every user can
 * replace one of them.
 * @throws {Deno.errors} As the system reports it.
 */
export function refuseForeignSocket(path: string): void {
  const { uid } = Deno.lstatSync(path);
  if (uid && uid !== Deno.uid()) throw new Error(`It belongs to user ${uid}`);
  const why = whyReplaceable(parentOf(path));
  if (why !== null) throw new Error(why);
}
