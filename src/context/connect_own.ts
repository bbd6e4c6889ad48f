// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Connects only to a socket that no other user can have made. The runtime shows no credentials of
 * the peer, so the owners and the modes of the socket and the folders above it must do.
 * @module
 */
import { parentOf } from "./parent_of.ts";

/** Others can make a file in a folder. */
const OTHERS_WRITE = 0o022;
/** All can write to a folder, and rename files of others unless it is sticky. */
const ALL_REPLACE = 0o1002;
const STICKY = 0o1000;

/**
 * Connects to a Unix socket of this user, or of root.
 *
 * @throws {Error} If the socket or a folder above it belongs to another user, or if every user can
 * replace one of them.
 * @throws {Deno.errors} As the system reports it.
 */
export async function connectOwn(path: string): Promise<Deno.Conn> {
  // In folders of ours that no other user can write to, the socket itself need not be looked at.
  let looked = OTHERS_WRITE;
  for (let at = path; at !== "/"; looked = ALL_REPLACE) {
    at = parentOf(at);
    // deno-lint-ignore no-sync-fn-in-async-fn -- a hook pays for each turn of the event loop
    const { uid, mode } = Deno.lstatSync(at);
    const open = (mode ?? 0) & looked;
    if (uid && uid !== Deno.uid() || open && open < STICKY) {
      return (await import("./foreign_socket.ts")).connectShared(path);
    }
  }
  return Deno.connect({ transport: "unix", path });
}
