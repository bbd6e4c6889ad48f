// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Connects only to a socket that no other user can have made. The runtime shows no credentials of
 * the peer, so the owner and the mode of the socket and its folder must do.
 * @module
 */
import { parentOf } from "./parent_of.ts";

const OTHERS_WRITE = 0o022;

/**
 * Connects to a Unix socket of this user, or of root.
 *
 * @throws {Error} If the socket or its folder belongs to another user, or if every user can replace
 * the socket.
 * @throws {Deno.errors} As the system reports it.
 */
export async function connectOwn(path: string): Promise<Deno.Conn> {
  // In a folder of ours that no other user can write to, the socket itself need not be looked at.
  const { uid, mode } = look(parentOf(path));
  if (uid !== Deno.uid() || (mode ?? 0) & OTHERS_WRITE) {
    (await import("./foreign_socket.ts")).refuseForeignSocket(path);
  }
  return Deno.connect({ transport: "unix", path });
}

function look(path: string): Deno.FileInfo {
  return Deno.statSync(path);
}
