// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/streams` that this project uses.
 * @module
 */

/** Reads a stream of UTF-8 to its end as text; bytes that are not UTF-8 become U+FFFD. */
export async function toText(
  stream: ReadableStream<Uint8Array>,
): Promise<string> {
  return new TextDecoder().decode(await toBytes(stream));
}

/** Reads a stream to its end and joins its chunks. */
export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Splits text into lines, however it is cut into chunks; `\n` and `\r\n` end a line and are dropped. */
export class TextLineStream extends TransformStream<string, string> {
  constructor() {
    // The pieces of a long line are joined once, when it ends, so that the cost stays linear.
    const open: string[] = [];
    super({
      transform(chunk, controller) {
        const [head = "", ...rest] = chunk.split("\n");
        open.push(head);
        for (const next of rest) {
          controller.enqueue(open.join("").replace(/\r$/, ""));
          open.length = 0;
          open.push(next);
        }
      },
      flush(controller) {
        const last = open.join("");
        if (last !== "") controller.enqueue(last);
      },
    });
  }
}
