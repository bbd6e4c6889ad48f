// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { TooLargeError } from "../../../src/ingest/errors.ts";
import { readInput, readLines } from "../../../src/ingest/input.ts";
import { MAX_REQUEST_BYTES } from "../../../src/proto/mod.ts";

const MIB = 1024 * 1024;

/** An input that repeats one text, and counts the bytes it gave. */
class EndlessInput {
  given = 0;
  readonly #text: Uint8Array;

  constructor(text: string) {
    this.#text = new TextEncoder().encode(text);
  }

  isTerminal(): boolean {
    return false;
  }

  read(into: Uint8Array): Promise<number> {
    const n = Math.min(into.length, this.#text.length);
    into.set(this.#text.subarray(0, n));
    this.given += n;
    return Promise.resolve(n);
  }
}

Deno.test("readInput() stops reading once the input is longer than any frame", async () => {
  const input = new EndlessInput("x".repeat(64 * 1024));
  await assertRejects(() => readInput(undefined, input), TooLargeError);
  assertLessOrEqual(input.given, MAX_REQUEST_BYTES + MIB);
});

Deno.test("readLines() stops reading once a line is longer than any frame", async () => {
  const input = new EndlessInput("x".repeat(64 * 1024));
  const read = () => Array.fromAsync(readLines("-", input));
  await assertRejects(read, TooLargeError);
  assertLessOrEqual(input.given, MAX_REQUEST_BYTES + MIB);
});

Deno.test("readLines() reads more than a frame holds, if no line is too long", async () => {
  const line = `${"x".repeat(60 * 1024)}\r`;
  const input = new EndlessInput(`${line}\n`);
  let bytes = 0;
  for await (const text of readLines(undefined, input)) {
    assertEquals(text.length, line.length);
    bytes += text.length;
    if (bytes > MAX_REQUEST_BYTES + MIB) break;
  }
  assertLessOrEqual(input.given, bytes + MIB);
});
