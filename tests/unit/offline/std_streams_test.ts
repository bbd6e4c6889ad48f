// SPDX-License-Identifier: AGPL-3.0-or-later
// What the project uses of @std/streams, with the real package and with the stand-in.
import { assertEquals, assertRejects } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { toBytes } from "@std/streams/to-bytes";
import { toText } from "@std/streams/to-text";

Deno.test("toText() and toBytes() join what was split anywhere", async () => {
  for (const text of ["", "abc", "ü€😀\r\nb\n"]) {
    const bytes = new TextEncoder().encode(text);
    for (const step of [1, 2, 100]) {
      const chunks = () => split(bytes, step);
      assertEquals(await toText(ReadableStream.from(chunks())), text);
      assertEquals(await toBytes(ReadableStream.from(chunks())), bytes);
    }
  }
});

Deno.test("toText() replaces what is not UTF-8", async () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0xe2, 0x82);
  assertEquals(await toText(ReadableStream.from([bytes])), "a\ufffd\ufffd");
});

Deno.test("toText() and toBytes() fail when the stream does", async () => {
  const broken = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.error(new RangeError("broken")),
    });
  await assertRejects(() => toText(broken()), RangeError, "broken");
  await assertRejects(() => toBytes(broken()), RangeError, "broken");
});

const lines: [text: string, lines: string[]][] = [
  ["", []],
  ["a", ["a"]],
  ["a\nb", ["a", "b"]],
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
