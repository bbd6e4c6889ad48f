// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads frames that follow one another on one connection. No hook needs it.
 * @module
 */
import {
  ANSWER_READ_BYTES,
  bodyLength,
  cutShort,
  HEADER_BYTES,
  TRUSTED_BODY_BYTES,
  type Wire,
} from "./codec.ts";

/**
 * Streams frames that follow one another, until the peer closes between two of them.
 *
 * @param limit Largest body in bytes.
 * @returns Yields the bodies that each read completes; each is a copy of its own.
 * @throws {FrameError} If the peer closes inside a frame, or announces 0 or more than `limit`
 * bytes.
 */
export async function* streamFrames(
  wire: Pick<Wire, "read">,
  limit: number,
): AsyncGenerator<Uint8Array[]> {
  let buffer = new Uint8Array(ANSWER_READ_BYTES);
  let have = 0;
  while (true) {
    const n = await wire.read(buffer.subarray(have));
    if (n === null && have > 0) throw cutShort("cut short");
    if (n === null) return;
    have += n;
    const bodies: Uint8Array[] = [];
    let from = 0;
    let needed = HEADER_BYTES;
    while (have - from >= HEADER_BYTES) {
      const end = HEADER_BYTES + bodyLength(buffer.subarray(from), limit);
      needed = end;
      if (have - from < end) break;
      bodies.push(buffer.slice(from + HEADER_BYTES, from + end));
      from += end;
      needed = HEADER_BYTES;
    }
    buffer.copyWithin(0, from, have);
    have -= from;
    if (needed > buffer.length) {
      // Grows with what has arrived, so that an announced length alone costs nothing.
      const grown = new Uint8Array(
        Math.min(needed, Math.max(2 * have, TRUSTED_BODY_BYTES)),
      );
      grown.set(buffer.subarray(0, have));
      buffer = grown;
    } else if (have === 0 && buffer.length > ANSWER_READ_BYTES) {
      buffer = new Uint8Array(ANSWER_READ_BYTES);
    }
    if (bodies.length > 0) yield bodies;
  }
}
