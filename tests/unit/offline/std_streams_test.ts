// SPDX-License-Identifier: AGPL-3.0-or-later
// What the project uses of @std/streams, with the real package and with the stand-in.
import { assertEquals, assertRejects } from "@std/assert";
import * as streams from "@std/streams";
import { TextLineStream } from "@std/streams/text-line-stream";
import { toBytes } from "@std/streams/to-bytes";
import { toText } from "@std/streams/to-text";

const texts: [name: string, text: string][] = [
  ["nothing", ""],
  ["ASCII", "abc"],
  ["characters of several bytes", "ü€😀"],
  ["lines", "a\r\nb\n"],
];

for (const [name, text] of texts) {
  Deno.test(`toText() and toBytes() join ${name}, however split`, async () => {
    const bytes = new TextEncoder().encode(text);
    for (const step of [1, 2, 3, 100]) {
      const chunks = () => split(bytes, step);
      assertEquals(await toText(ReadableStream.from(chunks())), text);
      assertEquals(await toBytes(ReadableStream.from(chunks())), bytes);
    }
    assertEquals(await toText(ReadableStream.from([...text])), text);
  });
}

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

const lines: [text: string, lines: string[], withCarriageReturn: string[]][] = [
  ["", [], []],
  ["a", ["a"], ["a"]],
  ["a\n", ["a"], ["a"]],
  ["a\nb", ["a", "b"], ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"], ["a", "b"]],
  ["\n\n", ["", ""], ["", ""]],
  ["a\rb\n", ["a\rb"], ["a", "b"]],
  ["a\r", ["a\r"], ["a"]],
  ["a\r\r\nb", ["a\r", "b"], ["a", "", "b"]],
  ["a\n\rb", ["a", "\rb"], ["a", "", "b"]],
];

for (const [text, plain, withCarriageReturn] of lines) {
  Deno.test(`TextLineStream splits ${JSON.stringify(text)}`, async () => {
    for (const step of [1, 2, 100]) {
      const chunks = () => ReadableStream.from(split(text, step));
      assertEquals(await collect(chunks(), new TextLineStream()), plain);
      const allowing = new TextLineStream({ allowCR: true });
      assertEquals(await collect(chunks(), allowing), withCarriageReturn);
    }
  });
}

Deno.test("@std/streams and its sub-paths are the same", () => {
  assertEquals(
    [streams.toText, streams.toBytes, streams.TextLineStream],
    [toText, toBytes, TextLineStream],
  );
});

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

async function collect(
  stream: ReadableStream<string>,
  through: TransformStream<string, string>,
): Promise<string[]> {
  return await Array.fromAsync(stream.pipeThrough(through));
}
