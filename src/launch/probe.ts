// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds out whether a daemon answers at a socket. Only an answer proves that it lives; a process id
 * or a file does not.
 * @module
 */
import { connectOwn, isSystemError, systemReason } from "../context/mod.ts";
import { encodeFrame, FrameError, readFrame, writeAll } from "../frame/mod.ts";
import {
  AnswerError,
  decodeAnswer,
  encodeRequest,
  JsonError,
} from "../proto/mod.ts";

/** How long a daemon may take to tell its process id, in milliseconds. */
const PROBE_MS = 500;
/** A status answer has a few hundred bytes; the reference lists the sessions it captures in it. */
const MAX_STATUS_BYTES = 16 * 1024 * 1024;

/** The result of a probe. */
export type ProbeResult =
  /** A daemon answered; `pid` is its process. */
  | { state: "alive"; pid: number }
  /** No process listens. */
  | { state: "dead" }
  /**
   * A process listens but did not answer as a daemon does, or not in time. It is never taken for
   * dead.
   */
  | { state: "unclear"; why: string };

/**
 * Asks for the status at `socket`.
 *
 * @param timeoutMs Timeout of the whole exchange, in milliseconds.
 */
export async function probe(
  socket: string,
  timeoutMs = PROBE_MS,
): Promise<ProbeResult> {
  let conn: Deno.Conn;
  try {
    conn = await connectOwn(socket);
  } catch (error) {
    const dead = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused;
    return dead
      ? { state: "dead" }
      : { state: "unclear", why: systemReason(error) };
  }
  const timeout = AbortSignal.timeout(timeoutMs);
  const close = () => conn.close();
  timeout.addEventListener("abort", close);
  try {
    await writeAll(conn, encodeFrame(encodeRequest({ type: "status" })));
    const answer = decodeAnswer(await readFrame(conn, MAX_STATUS_BYTES));
    return answer.type === "status"
      ? { state: "alive", pid: Number(answer.pid) }
      : { state: "unclear", why: `answered "${answer.type}"` };
  } catch (error) {
    if (timeout.aborted) {
      return { state: "unclear", why: `no answer in ${timeoutMs} ms` };
    }
    if (
      error instanceof FrameError || error instanceof AnswerError ||
      error instanceof JsonError || isSystemError(error)
    ) return { state: "unclear", why: error.message };
    throw error;
  } finally {
    timeout.removeEventListener("abort", close);
    if (!timeout.aborted) conn.close();
  }
}
