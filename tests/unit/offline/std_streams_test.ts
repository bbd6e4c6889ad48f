// SPDX-License-Identifier: AGPL-3.0-or-later
// The parts that the project uses of @std/streams, with the real package and with the stand-in.
import { assertEquals } from "@std/assert";
import { DelimiterStream } from "@std/streams/delimiter-stream";
import { TextLineStream } from "@std/streams/text-line-stream";
import { toBytes } from "@std/streams/to-bytes";

Deno.test("toBytes() joins what was split anywhere", async () => {
  for (const text of ["", "abc", "ü€😀\r\nb\n"]) {
    const bytes = new TextEncoder().encode(text);
    for (const step of [1, 2, 100]) {
      const chunks = ReadableStream.from(split(bytes, step));
      assertEquals(await toBytes(chunks), bytes);
    }
  }
});

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const chunks: [text: string, chunks: string[]][] = [
  ["", [""]],
  ["ab\ncd\r\n\n", ["ab", "cd\r", "", ""]],
  ["\na", ["", "a"]],
];

for (const [text, expected] of chunks) {
  Deno.test(`DelimiterStream splits ${JSON.stringify(text)}`, async () => {
    for (const step of [1, 2, 100]) {
      const bytes = split(new TextEncoder().encode(text), step);
      const stream = ReadableStream.from(bytes)
        .pipeThrough(new DelimiterStream(Uint8Array.of(0x0a)));
      const parts = await Array.fromAsync(stream, (it) => decode(it));
      assertEquals(parts, expected);
    }
  });
}

const lines: [text: string, lines: string[]][] = [
  ["", []],
  ["a", ["a"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["\n\n", ["", ""]],
  ["a\rb\n", ["a\rb"]],
  ["a\r", ["a\r"]],
  ["a\r\r\nb", ["a\r", "b"]],
];

for (const [text, expected] of lines) {
  Deno.test(`TextLineStream splits ${JSON.stringify(text)}`, async () => {
    for (const step of [1, 2, 100]) {
      const stream = ReadableStream.from(split(text, step))
        .pipeThrough(new TextLineStream());
      assertEquals(await Array.fromAsync(stream), expected);
    }
  });
}

/** Cuts into pieces of `step` bytes or characters. */
function split<T>(
  whole: { length: number; slice(start: number, end: number): T },
  step: number,
): T[] {
  return Array.from(
    { length: Math.ceil(whole.length / step) },
    (_, i) => whole.slice(i * step, (i + 1) * step),
  );
}
