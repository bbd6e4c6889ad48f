// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  encodeFrame,
  encodeHeader,
  FrameError,
  readFrame,
  readShortFrame,
  streamFrame,
  type Wire,
  writeAll,
} from "../../../src/frame/mod.ts";

/** An in-memory wire that moves at most `step` bytes a call, as a socket may. */
class FakeWire implements Wire {
  constructor(readonly bytes: number[] = [], readonly step = Infinity) {}
  read(into: Uint8Array): Promise<number | null> {
    const chunk = this.bytes.splice(0, Math.min(this.step, into.length));
    into.set(chunk);
    return Promise.resolve(chunk.length || null);
  }
  write(from: Uint8Array): Promise<number> {
    const chunk = from.subarray(0, this.step);
    this.bytes.push(...chunk);
    return Promise.resolve(chunk.length);
  }
}

const LIMIT = 16;
const readers = {
  readFrame: (wire: Wire) => readFrame(wire, LIMIT),
  readShortFrame: (wire: Wire) => readShortFrame(wire, LIMIT),
  streamFrame: async (wire: Wire) => {
    const body: number[] = [];
    for await (const chunk of streamFrame(wire, LIMIT)) body.push(...chunk);
    return Uint8Array.from(body);
  },
};

Deno.test("encodeFrame() prefixes the body with its big-endian length", () => {
  assertEquals([...encodeFrame(Uint8Array.of(7, 8))], [0, 0, 0, 2, 7, 8]);
});

Deno.test("encodeHeader() returns the header of encodeFrame()", () => {
  const body = new Uint8Array(70_000);
  assertEquals(encodeHeader(body.length), encodeFrame(body).slice(0, 4));
  assertEquals([...encodeHeader(0xffff_fffe)], [255, 255, 255, 254]);
});

const broken: [bytes: number[], fault: string][] = [
  [[], "closed"],
  [[0, 0], "cut short"],
  [[0, 0, 0, 2, 7], "cut short"],
  [[0, 0, 0, 0], "empty"],
  [[0, 0, 0, LIMIT], "cut short"], // exactly the limit: accepted, then the stream ends
  [[0, 0, 0, LIMIT + 1], "too long"],
  [[255, 255, 255, 255], "too long"],
];

for (const [name, read] of Object.entries(readers)) {
  Deno.test(`${name}() returns the framed body, however the socket splits it`, async () => {
    await fc.assert(fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: LIMIT }),
      fc.integer({ min: 1, max: LIMIT + 8 }),
      async (body, step) => {
        const wire = new FakeWire([], step);
        await writeAll(wire, encodeFrame(body));
        assertEquals([...await read(wire)], [...body]);
      },
    ));
  });
  for (const [bytes, fault] of broken) {
    Deno.test(`${name}() calls [${bytes}] "${fault}"`, async () => {
      const error = await assertRejects(
        () => read(new FakeWire(bytes.slice())),
        FrameError,
      );
      assertEquals(error.fault, fault);
    });
  }
}

Deno.test("readFrame() ignores bytes after the frame", async () => {
  for (const length of [1, LIMIT]) {
    const body = Array.from({ length }, () => 9);
    const wire = new FakeWire([0, 0, 0, length, ...body, 42]);
    assertEquals([...await readFrame(wire, LIMIT)], body);
  }
});

Deno.test("readFrame() reads a short request with one read, and a longer one with two", async () => {
  for (const [length, reads] of [[4092, 1], [4093, 2], [60_000, 2]] as const) {
    const frame = encodeFrame(new Uint8Array(length).fill(9));
    let at = 0;
    let count = 0;
    const read = (into: Uint8Array) => {
      count++;
      const chunk = frame.subarray(at, at + into.length);
      into.set(chunk);
      at += chunk.length;
      return Promise.resolve(chunk.length || null);
    };
    const body = await readFrame({ read }, 100_000);
    assertEquals([body.length, body.every((byte) => byte === 9)], [
      length,
      true,
    ]);
    assertEquals(count, reads);
  }
});

Deno.test("readFrame() reads a body longer than its first allocation", async () => {
  const body = new Uint8Array(2_500_000).map((_, i) => i * 31);
  const frame = encodeFrame(body);
  let at = 0;
  const wire: Wire = {
    read: (into) => {
      const chunk = frame.subarray(at, at + Math.min(into.length, 65_536));
      into.set(chunk);
      at += chunk.length;
      return Promise.resolve(chunk.length || null);
    },
    write: () => Promise.reject(new Error("unused")),
  };
  const read = await readFrame(wire, body.length);
  assertEquals(read.length, body.length);
  assertEquals(read.every((byte, i) => byte === body[i]), true);
});

Deno.test("readFrame() allocates no memory for an announced length alone", async () => {
  let largest = 0;
  const header = encodeHeader(0x7fff_ffff);
  let sent = false;
  const wire: Wire = {
    read: (into) => {
      largest = Math.max(largest, into.buffer.byteLength);
      if (sent) return Promise.resolve(null);
      sent = true;
      into.set(header);
      return Promise.resolve(header.length);
    },
    write: () => Promise.reject(new Error("unused")),
  };
  await assertRejects(() => readFrame(wire, 0x7fff_ffff), FrameError);
  assertEquals(largest, 256 * 1024);
});

for (const name of ["readShortFrame", "streamFrame"] as const) {
  Deno.test(`${name}() refuses bytes after the frame`, async () => {
    for (const length of [1, LIMIT]) {
      const body = Array.from({ length }, () => 9);
      const error = await assertRejects(
        () => readers[name](new FakeWire([0, 0, 0, length, ...body, 42])),
        FrameError,
      );
      assertEquals(error.fault, "trailing bytes");
    }
  });
}
