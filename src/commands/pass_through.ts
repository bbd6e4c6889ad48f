// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An answer printed as it came.
 * @module
 */
import type { Run } from "./cli.ts";
import type { CheckedAnswer } from "./answer_head.ts";

const LINE_FEED = 0x0a;

/**
 * Prints an answer's bytes and a line feed.
 *
 * The last byte that has come is held back until more comes, or the frame has ended as announced: what is cut off never looks
 * like a whole document, not even where the cut falls behind its last bracket.
 *
 * @throws {ProtocolError} If the frame ends early; the output is then a document without its end.
 */
export async function passThrough(
  answer: CheckedAnswer,
  { context }: Run,
): Promise<void> {
  let block = new Uint8Array(0);
  let held = -1;
  for await (const chunk of answer.chunks()) {
    const last = chunk.at(-1);
    if (last === undefined) continue;
    if (block.length < chunk.length + 1) {
      block = new Uint8Array(chunk.length + 1);
    }
    let at = 0;
    if (held !== -1) block[at++] = held;
    block.set(chunk.subarray(0, -1), at);
    await context.stdout.write(block.subarray(0, at + chunk.length - 1));
    held = last;
  }
  await context.stdout.write(Uint8Array.of(held, LINE_FEED));
}
