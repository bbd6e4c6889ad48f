// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@std/streams` that this project uses.
 * @module
 */

/**
 * Reads a stream to its end and joins what it carried into one text.
 *
 * @param stream Strings, or UTF-8 bytes split anywhere; bytes that are not UTF-8 become U+FFFD.
 */
export async function toText(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  const chunks: AsyncIterable<string | Uint8Array> = stream;
  const parts: string[] = [];
  for await (const chunk of chunks) {
    parts.push(
      typeof chunk === "string"
        ? chunk
        : decoder.decode(chunk, { stream: true }),
    );
  }
  parts.push(decoder.decode());
  return parts.join("");
}

/** Reads a stream to its end and joins its chunks. */
export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Options of {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /** Whether a carriage return alone ends a line too; false unless given. */
  allowCR?: boolean;
}

/** Splits text into lines, however it is cut into chunks; `\n` and `\r\n` end a line and are dropped. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options: TextLineStreamOptions = {}) {
    const lineEnd = options.allowCR ? /\r\n|\n|\r(?!$)/ : /\r?\n/;
    // A line in many chunks is joined once, when it ends: the cost stays linear.
    const open: string[] = [];
    let waitsForNext = false;
    super({
      transform(chunk, controller) {
        if (chunk === "") return;
        open.push(chunk);
        if (!waitsForNext && !/[\r\n]/.test(chunk)) return;
        const lines = open.join("").split(lineEnd);
        const last = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
        open.length = 0;
        if (last !== "") open.push(last);
        waitsForNext = last.endsWith("\r");
      },
      flush(controller) {
        if (open.length === 0) return;
        const last = open.join("");
        controller.enqueue(options.allowCR ? last.replace(/\r$/, "") : last);
      },
    });
  }
}
