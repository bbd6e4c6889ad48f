// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Raw bytes to a daemon's socket, and all that comes back: no client of ours in between.
 * @module
 */
import { encodeFrame, writeAll } from "../../src/frame/mod.ts";
import { decodeJson, encodeJson, type JsonValue } from "../../src/proto/mod.ts";

/** A daemon that has not closed by then hangs; far above what any answer needs. */
const PATIENCE_MS = 30_000;
/** Answers nest deeper than requests: every span is two levels. */
const MAX_ANSWER_DEPTH = 10_000;
const HEADER_BYTES = 4;

/** How a daemon ended a connection. */
export type End = "eof" | "reset";

/** The reaction of a daemon to a request. */
export interface Outcome {
  end: End;
  /** The one answer, or null if it sent nothing. */
  answer: JsonValue | null;
}

/** The action after the bytes are sent. */
export interface ExchangeOptions {
  /** Shuts down the writing half: nothing more comes. */
  halfClose?: boolean;
}

/** Sends a request as a frame. */
export function ask(path: string, request: JsonValue): Promise<Outcome> {
  const body = new TextEncoder().encode(encodeJson(request));
  return exchange(path, encodeFrame(body));
}

/**
 * Sends bytes as they are and reads to the end.
 *
 * @throws {RangeError} If what comes back is not exactly one frame, or nothing.
 */
export async function exchange(
  path: string,
  bytes: Uint8Array,
  { halfClose = false }: ExchangeOptions = {},
): Promise<Outcome> {
  using conn = await Deno.connect({ transport: "unix", path });
  const timer = setTimeout(() => conn.close(), PATIENCE_MS);
  try {
    try {
      await writeAll(conn, bytes);
      if (halfClose) await conn.closeWrite();
    } catch (error) {
      // It may close before it has read everything; what it has answered can be read all the same.
      if (!isReset(error)) throw error;
    }
    const { end, received } = await readToEnd(conn);
    return { end, answer: readAnswer(received) };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads all that comes, however the peer ends it. */
export async function readToEnd(
  conn: Deno.Conn,
): Promise<{ end: End; received: Uint8Array }> {
  let received = new Uint8Array(64 * 1024);
  let have = 0;
  while (true) {
    if (have === received.length) {
      const grown = new Uint8Array(have * 2);
      grown.set(received);
      received = grown;
    }
    let n: number | null;
    try {
      n = await conn.read(received.subarray(have));
    } catch (error) {
      if (!isReset(error)) throw error;
      return { end: "reset", received: received.subarray(0, have) };
    }
    if (n === null) return { end: "eof", received: received.subarray(0, have) };
    have += n;
  }
}

function readAnswer(received: Uint8Array): JsonValue | null {
  if (received.length === 0) return null;
  const view = new DataView(received.buffer, received.byteOffset);
  const length = received.length < HEADER_BYTES ? -1 : view.getUint32(0);
  const body = received.subarray(HEADER_BYTES);
  if (body.length !== length) {
    throw new RangeError(`${body.length} bytes came, announced were ${length}`);
  }
  return decodeJson(body, MAX_ANSWER_DEPTH);
}

function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe;
}
