// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends an event in the shortest way, which is a hook's.
 * @module
 */
import { expiry } from "../context/mod.ts";
import { encodeFrame, readShortFrame, writeAll } from "../frame/mod.ts";
import { isAck } from "../proto/mod.ts";
import type { ClientOptions } from "./connect.ts";

/** An ack is a few words; what is longer is none. In bytes. */
const MAX_ACK_BYTES = 4096;

/**
 * Sends one event within `timeoutMs`, which is the only deadline here.
 *
 * @param body JSON bytes of the request.
 * @returns Whether the daemon acknowledged it; if not, why remains unknown.
 * @throws {Error} As the system says it, if no connection can be opened, which it says at once; {@linkcode connectFault} tells
 * what that means.
 */
export async function sendForAck(
  body: Uint8Array,
  { socket, connect, timeoutMs, onSent }: ClientOptions,
): Promise<boolean> {
  const conn = await connect(socket);
  try {
    // A daemon that hangs up early may still have left an answer.
    const writing = writeAll(conn, encodeFrame(body)).catch(() => {});
    const answer = writing.then(() => readShortFrame(conn, MAX_ACK_BYTES));
    const late = expiry(timeoutMs).then(() => null);
    onSent?.();
    const ack = await Promise.race([answer, late]);
    return ack !== null && isAck(ack);
  } catch {
    return false;
  } finally {
    conn.close();
  }
}
