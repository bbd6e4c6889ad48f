// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An answer printed as it came.
 * @module
 */
import { ProtocolError } from "../../client/mod.ts";
import { isSpace } from "../../proto/mod.ts";
import type { CheckedAnswer } from "./answer_head.ts";
import type { Run } from "../shell/cli.ts";

const LINE_FEED = 0x0a;
const CLOSING_BRACE = 0x7d;
/** The most white space that is waited out behind a brace, in bytes; nobody sends more than a line feed. */
const MAX_HELD_BYTES = 1024 * 1024;

/**
 * Prints an answer's bytes and a line feed.
 *
 * A closing brace, and white space behind it, are held back until something else comes, or the frame has ended as announced: what
 * is cut off never looks like a whole document, not even where the cut falls behind its last brace.
 *
 * @throws {ProtocolError} If the frame ends early; the output is then a document without its end.
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
      if (held.length > MAX_HELD_BYTES) throw endlessSpace();
      continue;
    }
    if (held.length > 0) await stdout.write(held);
    await stdout.write(chunk.subarray(0, end));
    held = chunk.slice(end);
  }
  await stdout.write(append(held, Uint8Array.of(LINE_FEED)));
}

/** Where what may be the end of a document begins: with a brace, or, where all is white space, at 0; the length if nowhere. */
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

function endlessSpace(): ProtocolError {
  return new ProtocolError(
    "The daemon broke the protocol: its answer goes on with nothing but white space",
  );
}
