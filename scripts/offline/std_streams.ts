// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/streams` that this project uses.
 * @module
 */

/** Reads a stream to its end and joins its chunks. */
export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  return join(await Array.fromAsync(stream));
}

/** Splits bytes at a delimiter of one byte, which is dropped; there is always a last chunk. */
export class DelimiterStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(delimiter: Uint8Array) {
    // The pieces of a long chunk are joined once, when it ends, so that the cost stays linear.
    let open: Uint8Array[] = [];
    super({
      transform(chunk, controller) {
        let start = 0;
        for (let end; (end = chunk.indexOf(delimiter[0] ?? 0, start)) >= 0;) {
          controller.enqueue(join([...open, chunk.subarray(start, end)]));
          open = [];
          start = end + 1;
        }
        open.push(chunk.subarray(start));
      },
      flush(controller) {
        controller.enqueue(join(open));
      },
    });
  }
}

/** Splits text into lines; `\n` and `\r\n` end a line and are dropped. */
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

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
