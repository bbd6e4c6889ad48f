// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ClosedPipeError } from "../../../src/context/mod.ts";
import { type File, fileOutput } from "../../../src/context/file_output.ts";

const LINE_FEED = 0x0a;
const ATOMIC_BYTES = 4096;
const BUFFER_BYTES = 1024;
/** Far more attempts than any of these texts needs. */
const MAX_TRIES = 3_000;

/**
 * A non-blocking pipe whose reader takes N bytes between any two attempts, written to through
 * Rust's stdout as Deno uses it.
 */
class Stdout implements File {
  readonly got: number[] = [];
  #free = 0;
  #kept: number[] = [];
  readonly #room: readonly number[];
  #turn = 0;

  constructor(room: readonly number[], readonly isBuffered: boolean) {
    this.#room = room;
  }

  isTerminal(): boolean {
    return false;
  }

  writeSync(bytes: Uint8Array): number {
    assert(this.#turn < MAX_TRIES, "it comes to no end");
    this.#free += this.#room[this.#turn++ % this.#room.length] ?? 1;
    if (!this.isBuffered) return this.#pass(bytes);
    const feed = bytes.lastIndexOf(LINE_FEED);
    let sent = 0;
    if (feed === -1) {
      if (this.#kept.at(-1) === LINE_FEED) this.#flush();
      sent = this.#keep(bytes);
    } else {
      this.#flush();
      const lines = bytes.subarray(0, feed + 1);
      sent = this.#pass(lines);
      const tail = sent === lines.length
        ? bytes.subarray(sent)
        : lines.subarray(sent);
      this.#kept = [...tail.subarray(0, BUFFER_BYTES)];
      sent += this.#kept.length;
    }
    this.#flush();
    return sent;
  }

  #keep(bytes: Uint8Array): number {
    if (this.#kept.length + bytes.length >= BUFFER_BYTES) this.#flush();
    if (bytes.length >= BUFFER_BYTES) return this.#pass(bytes);
    this.#kept.push(...bytes);
    return bytes.length;
  }

  #flush(): void {
    while (this.#kept.length > 0) {
      const sent = this.#pass(Uint8Array.from(this.#kept));
      this.#kept.splice(0, sent);
    }
  }

  /**
   * As the system does: a short write goes whole or not at all, a long one as far as there is room.
   */
  #pass(bytes: Uint8Array): number {
    const room = bytes.length <= ATOMIC_BYTES && bytes.length > this.#free
      ? 0
      : Math.min(bytes.length, this.#free);
    if (bytes.length > 0 && room === 0) {
      throw new Deno.errors.WouldBlock("full");
    }
    this.#free -= room;
    for (const byte of bytes.subarray(0, room)) this.got.push(byte);
    return room;
  }
}

/** Lines of all lengths, most of them short, with and without a line feed at the end. */
const text = fc.array(
  fc.tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 900, max: 1100 }),
      fc.integer({ min: 4000, max: 4200 }),
      fc.integer({ min: 5000, max: 20_000 }),
    ),
    fc.boolean(),
  ),
  { maxLength: 12 },
).map((lines) =>
  lines.map(([length, ends], i) =>
    String.fromCharCode(97 + i).repeat(length) + (ends ? "\n" : "")
  ).join("")
);

for (const isBuffered of [true, false]) {
  Deno.test(
    `fileOutput() loses and repeats nothing where a pipe is full, ${
      isBuffered ? "" : "not "
    }buffered`,
    async () => {
      const rooms = fc.array(fc.integer({ min: 500, max: 9000 }), {
        minLength: 1,
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(text, text, rooms, async (first, second, room) => {
          const file = new Stdout(room, isBuffered);
          const output = fileOutput(file, { isBuffered });
          await output.write(new TextEncoder().encode(first));
          await output.write(new TextEncoder().encode(second));
          assert(
            new TextDecoder().decode(Uint8Array.from(file.got)) ===
              first + second,
          );
        }),
        { numRuns: 40, endOnFailure: true },
      );
    },
  );
}

/** More bytes than are searched for line feeds. */
const LONG_LINE = "x".repeat(300_000);
/** Takes the first long line at once, and then N bytes between any two attempts. */
const suddenlyFull = (room: number) => [LONG_LINE.length, room];

for (const isBuffered of [true, false]) {
  const how = isBuffered ? "" : "not ";
  Deno.test(`fileOutput() loses nothing of a long line when a pipe becomes full, ${how}buffered`, async () => {
    const file = new Stdout(suddenlyFull(5000), isBuffered);
    const output = fileOutput(file, { isBuffered });
    const texts = [LONG_LINE, "y".repeat(20_000), "z".repeat(20_000) + "\n"];
    for (const text of texts) {
      await output.write(new TextEncoder().encode(text));
    }
    assert(
      new TextDecoder().decode(Uint8Array.from(file.got)) === texts.join(""),
    );
  });
}

Deno.test("fileOutput() loses and repeats nothing of binary data where a pipe becomes full", async () => {
  const file = new Stdout(suddenlyFull(5000), true);
  const output = fileOutput(file, { isBuffered: true });
  const texts = [LONG_LINE, "y\nz".repeat(9000), "z".repeat(20_000)];
  for (const text of texts) {
    await output.write(new TextEncoder().encode(text), true);
  }
  assert(
    new TextDecoder().decode(Uint8Array.from(file.got)) === texts.join(""),
  );
});

Deno.test("fileOutput() throws when the number of bytes written is unknown", async () => {
  const output = fileOutput(new Stdout(suddenlyFull(0), true), {
    isBuffered: true,
  });
  await output.write(new TextEncoder().encode(LONG_LINE));
  const error = await assertRejects(
    () => output.write(new TextEncoder().encode("y\n".repeat(9000))),
    Error,
  );
  assertEquals(
    error.message,
    "the pipe was full, and the number of bytes that it took is unknown",
  );
});

Deno.test("fileOutput() throws ClosedPipeError when the reader went away, and passes other errors on", async () => {
  const failing = (error: Error) =>
    fileOutput({
      isTerminal: () => false,
      writeSync: () => {
        throw error;
      },
    }, { isBuffered: true });
  const bytes = new TextEncoder().encode("x\n");
  for (const kind of [Deno.errors.BrokenPipe, Deno.errors.ConnectionReset]) {
    const error = await assertRejects(() =>
      failing(new kind("x")).write(bytes)
    );
    assert(error instanceof ClosedPipeError);
  }
  const full = new Error("No space left on device");
  assertEquals(
    await assertRejects(() => failing(full).write(bytes)),
    full,
  );
});
