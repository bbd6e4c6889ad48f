// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sends an event with the least work, for a hook.
 * @module
 */
import { expiry } from "../context/mod.ts";
import { encodeFrame, readShortFrame, writeAll } from "../frame/mod.ts";
import { isAck } from "../proto/mod.ts";
import type { ClientOptions } from "./connect.ts";

/** Longest ack in bytes. A longer answer is no ack. */
const MAX_ACK_BYTES = 4096;

/**
 * Sends one event within `timeoutMs`. There is no other deadline.
 *
 * @param body JSON bytes of the request.
 * @returns Whether the daemon acknowledged it. The reason for a failure is not reported.
 * @throws {Error} The system's error, at once, if no connection can be opened.
 * {@linkcode connectFault} translates it.
 */
export async function sendForAck(
  body: Uint8Array,
  { socket, connect, timeoutMs, onSent }: ClientOptions,
): Promise<boolean> {
  const conn = await connect(socket);
  try {
    // A daemon that closes early may have left an answer.
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
