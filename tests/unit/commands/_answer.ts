// SPDX-License-Identifier: AGPL-3.0-or-later
/** A fake answer for tests. */
import type { CheckedAnswer } from "../../../src/commands/ask/answer_head.ts";

/**
 * Gives `body` in pieces of `size` bytes, in one buffer that each overwrites, as the client does.
 *
 * @param fault Thrown after the last piece.
 */
export function fakeAnswer(
  body: string,
  size = Infinity,
  fault?: Error,
): CheckedAnswer {
  const bytes = new TextEncoder().encode(body);
  return {
    isEmpty: false,
    async *chunks() {
      const buffer = new Uint8Array(Math.min(size, bytes.length));
      for (let at = 0; at < bytes.length; at += buffer.length) {
        const piece = bytes.subarray(at, at + buffer.length);
        buffer.set(piece);
        yield buffer.subarray(0, piece.length);
      }
      if (fault !== undefined) throw fault;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
