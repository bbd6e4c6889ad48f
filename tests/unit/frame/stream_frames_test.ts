// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import {
  encodeFrame,
  FrameError,
  streamFrames,
} from "../../../src/frame/mod.ts";

const LIMIT = 3_000_000;

/** A peer that sends these bytes, at most `step` at a time, and closes. */
function peer(bytes: Uint8Array, step: number) {
  let at = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      const chunk = bytes.subarray(at, at + Math.min(step, into.length));
      into.set(chunk);
      at += chunk.length;
      return Promise.resolve(chunk.length || null);
    },
  };
}

async function readAll(bytes: Uint8Array, step: number): Promise<number[][]> {
  const sizes: number[][] = [];
  for await (const bodies of streamFrames(peer(bytes, step), LIMIT)) {
    sizes.push(bodies.map(({ length }) => length));
    for (const body of bodies) {
      assertEquals(body.every((byte) => byte === body.length % 251), true);
    }
  }
  return sizes;
}

async function join(...lengths: number[]): Promise<Uint8Array> {
  const frames = lengths.map((length) =>
    encodeFrame(new Uint8Array(length).fill(length % 251))
  );
  return await new Blob(frames).bytes();
}

Deno.test("streamFrames() returns what was framed, however it arrives", async () => {
  const lengths = [1, 5, 40_000, 2, 2_500_000, 3, 32_764, 32_768, 1];
  const bytes = await join(...lengths);
  for (const step of [977, 32 * 1024, Infinity]) {
    assertEquals((await readAll(bytes, step)).flat(), lengths);
  }
  assertEquals(await readAll(await join(1, 2, 3), Infinity), [[1, 2, 3]]);
  assertEquals(await readAll(await join(1, 2), 1), [[1], [2]]);
  assertEquals(await readAll(new Uint8Array(), 1), []);
});

Deno.test("streamFrames() refuses what breaks the rules", async () => {
  const broken: [bytes: number[], fault: string][] = [
    [[0, 0], "cut short"],
    [[0, 0, 0, 2, 2], "cut short"],
    [[0, 0, 0, 1, 1, 0], "cut short"],
    [[0, 0, 0, 0], "empty"],
    [[255, 255, 255, 255], "too long"],
  ];
  for (const [bytes, fault] of broken) {
    const error = await assertRejects(
      () => readAll(Uint8Array.from(bytes), Infinity),
      FrameError,
    );
    assertEquals(error.fault, fault);
  }
});
