// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints an answer byte for byte.
 * @module
 */
import { isSpace } from "../../proto/mod.ts";
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
  let held = new Uint8Array(0);
  for await (const chunk of answer.chunks()) {
    const end = findEnd(chunk);
    if (end === 0 && isSpace(chunk[0])) {
      held = append(held, chunk);
      continue;
    }
    if (held.length > 0) await stdout.write(held);
    await stdout.write(chunk.subarray(0, end));
    held = chunk.slice(end);
  }
  await stdout.write(append(held, Uint8Array.of(LINE_FEED)));
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

function append(
  head: Uint8Array,
  tail: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
