// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints an answer byte for byte.
 * @module
 */
import { growBytes, isSpace } from "../../proto/mod.ts";
import type { CheckedAnswer } from "./answer_head.ts";
import type { Run } from "../shell/cli.ts";

const LINE_FEED = 0x0a;
const CLOSING_BRACE = 0x7d;

/**
 * Prints the bytes of an answer and a line feed.
 *
 * Holds back a closing brace, and white space after it, until other bytes follow or the frame is
 * complete. So a truncated answer never looks like a whole document, even if it was cut after a
 * brace.
 *
 * @throws {ProtocolError} If the frame ends early. The output is then a document without its end.
 */
export async function passThrough(
  answer: CheckedAnswer,
  { context }: Run,
): Promise<void> {
  const { stdout } = context;
  const held = new HeldBytes();
  for await (const chunk of answer.chunks()) {
    const end = findEnd(chunk);
    const isOnlySpace = end === 0 && isSpace(chunk[0]);
    if (!isOnlySpace) {
      if (!held.isEmpty) await stdout.write(held.take());
      await stdout.write(chunk.subarray(0, end));
    }
    held.add(chunk.subarray(end));
  }
  held.add(Uint8Array.of(LINE_FEED));
  await stdout.write(held.take());
}

/** Bytes in one array, which grows by doubling: the white space may come in many small chunks. */
class HeldBytes {
  #buffer = new Uint8Array(64);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    this.#buffer = growBytes(this.#buffer, this.#length, needed);
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Returns the bytes, which the next {@linkcode add} overwrites. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }
}

/**
 * Returns the start of a possible end of the document: its last brace, or 0 if all is white space.
 * Returns the length if there is none.
 */
function findEnd(chunk: Uint8Array): number {
  let end = chunk.length;
  while (end > 0 && isSpace(chunk[end - 1])) end--;
  if (end === 0) return 0;
  return chunk[end - 1] === CLOSING_BRACE ? end - 1 : chunk.length;
}
