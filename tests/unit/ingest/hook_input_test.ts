// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pause } from "../../../src/context/mod.ts";
import { HookInput } from "../../../src/ingest/hook_input.ts";
import { FakeInput } from "./fixtures.ts";

const PATIENCE_MS = 5_000;
/** Number of ways in which each input is split, all at once, as each waits for a pause. */
const SPLITS = 20;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The written bytes, whether the writer then stays silent without closing, and the bytes read. */
const inputs: [
  why: string,
  written: string,
  isOpen: boolean,
  read: string,
  hasMore: boolean,
][] = [
  ["one value", '{"a":1}', false, '{"a":1}', false],
  ["one value and an open pipe", '{"a":1}', true, '{"a":1}', false],
  ["white space around", ' \r\n{"a":1}\r\n', true, ' \r\n{"a":1}', false],
  ["two values", '{"a":1} {"b":2}', true, '{"a":1}', true],
  ["two values in a row", '{"a":1}{"b":2}', false, '{"a":1}', true],
  ["a byte order mark", '\ufeff{"a":1}\n', true, '\ufeff{"a":1}', false],
  ["nothing", "", false, "", false],
  ["white space", " \n", false, " \n", false],
  ["no JSON", "not {json}\n", false, "not {json}\n", false],
  ["a value cut short", '{"a":', false, '{"a":', false],
  ["a number", "12", false, "12", false],
];

for (const [why, written, isOpen, read, hasMore] of inputs) {
  Deno.test(`HookInput.first() reads ${why}, however it is split`, async () => {
    const bytes = new TextEncoder().encode(written);
    const anyCuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 5 });
    await Promise.all(
      fc.sample(anyCuts, SPLITS).map(async (cuts) => {
        const input = new HookInput(new FakeInput(split(bytes, cuts), isOpen));
        const first = await input.first(PATIENCE_MS);
        const where = `cut at ${cuts}`;
        assertEquals(first.bytes, new TextEncoder().encode(read), where);
        assertEquals(first.fault, null, where);
        await input.drain();
        assertEquals(input.hasMore, hasMore, where);
      }),
    );
  });
}

function split(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
  const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
  return pieces.filter((piece) => piece.length > 0);
}

const unfinished: [written: string[], fault: string][] = [
  [[], "nothing on stdin when time was up"],
  [["  \n"], "nothing on stdin when time was up"],
  [['{"a":', "1"], "incomplete when time was up"],
];

for (const [written, fault] of unfinished) {
  Deno.test(`HookInput.first() stops waiting after ${JSON.stringify(written)}`, async () => {
    const input = new HookInput(new FakeInput(written, true));
    const first = await input.first(20);
    assertEquals(text(first.bytes), written.join(""));
    assertEquals(first.fault, fault);
  });
}

Deno.test("HookInput.first() reads a byte order mark that is cut short", async () => {
  const mark = Uint8Array.of(0xef, 0xbb);
  const input = new HookInput(new FakeInput([mark]));
  assertEquals((await input.first(PATIENCE_MS)).bytes, mark);
});

Deno.test("HookInput.first() takes the bytes that are there when it is called late", async () => {
  const input = new HookInput(new FakeInput(["{", "}"], true));
  assertEquals(text((await input.first(-5_000)).bytes), "{}");
});

Deno.test("HookInput.first() continues while data arrives", async () => {
  const pieces = [..." ".repeat(40), "oops"];
  const input = new HookInput({
    isTerminal: () => false,
    read: async (into) => {
      await pause(5);
      const piece = pieces.shift();
      return piece === undefined
        ? null
        : new TextEncoder().encodeInto(piece, into).written;
    },
  });
  const { bytes, fault } = await input.first(0);
  assertEquals([text(bytes).trim(), fault], ["oops", null]);
});

Deno.test("HookInput.first() ends even if data keeps arriving", async () => {
  let isOver = false;
  const input = new HookInput({
    isTerminal: () => false,
    read: async (into) => {
      await pause(5);
      into[0] = 0x20;
      return isOver ? null : 1;
    },
  });
  const { fault } = await input.first(0);
  assertEquals(fault, "nothing on stdin when time was up");
  isOver = true;
  await input.drain();
});

Deno.test("HookInput.first() waits for the end of input that is not JSON", async () => {
  const input = new HookInput(new FakeInput(["oops", " more", " still"]));
  assertEquals(text((await input.first(PATIENCE_MS)).bytes), "oops more still");
});

Deno.test("HookInput.first() takes the whole input after takeAll()", async () => {
  const input = new HookInput(new FakeInput(["0", "1234 5", "\n"]));
  input.takeAll();
  assertEquals(text((await input.first(PATIENCE_MS)).bytes), "01234 5\n");
});

Deno.test("HookInput.first() keeps no more bytes than it can use", async () => {
  const piece = new Uint8Array(1024 * 1024).fill(0x20);
  const pieces = Array.from({ length: 33 }, () => piece);
  const source = new FakeInput(pieces);
  const input = new HookInput(source);
  const first = await input.first(PATIENCE_MS);
  assertEquals(first.fault, "more than 33554432 bytes");
  assertEquals(first.bytes.length, 32 * 1024 * 1024);
  await input.drain();
  assertEquals(await source.read(new Uint8Array(1)), null, "all was taken");
});

Deno.test("HookInput does not read from a terminal", async () => {
  const input = new HookInput({
    isTerminal: () => true,
    read: () => Promise.reject(new Error("it was read")),
  });
  assertEquals((await input.first(PATIENCE_MS)).bytes.length, 0);
});

Deno.test("HookInput treats an error as the end", async () => {
  const input = new HookInput({
    isTerminal: () => false,
    read: () => Promise.reject(new Error("EIO")),
  });
  assertEquals((await input.first(PATIENCE_MS)).bytes.length, 0);
});

const resting: [pieces: string[], restMs: number, hasMore: boolean][] = [
  [['{"a":1}', "\n"], 20, false], // a line feed in a write of its own
  [['{"a":1}\n  ', " ".repeat(9), "{}"], 100, true], // in the midst of more
];

for (const [pieces, restMs, hasMore] of resting) {
  Deno.test(`HookInput.drain() waits for a writer that pauses before ${JSON.stringify(pieces[1])}`, async () => {
    let taken = 0;
    const input = new HookInput({
      isTerminal: () => false,
      read: async (into) => {
        const piece = pieces[taken];
        if (piece === undefined) return null;
        if (taken > 0) await pause(restMs);
        taken++;
        return new TextEncoder().encodeInto(piece, into).written;
      },
    });
    await input.first(PATIENCE_MS);
    await input.drain();
    assertEquals([taken, input.hasMore], [pieces.length, hasMore]);
  });
}

Deno.test("HookInput.drain() ends even if data keeps arriving", async () => {
  let isOver = false;
  const input = new HookInput({
    isTerminal: () => false,
    read: async (into) => {
      await pause(1);
      return isOver ? null : new TextEncoder().encodeInto("{}", into).written;
    },
  });
  await input.first(PATIENCE_MS);
  await input.drain();
  isOver = true;
  await input.drain();
  assertEquals(input.hasMore, true);
});
