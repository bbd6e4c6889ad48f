// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The framer, with inputs that arrive in pieces.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  encodeFrame,
  FrameError,
  readFrame,
  readShortFrame,
  streamFrame,
  type Wire,
} from "../../src/frame/mod.ts";
import { Random } from "./random.ts";
import { makeTarget } from "./target.ts";

const LIMIT = 3000;

/** Gives the bytes in pieces of any size. */
class PiecedWire implements Wire {
  readonly #bytes: Uint8Array;
  readonly #random: Random;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#random = Random.of(bytes);
  }

  read(into: Uint8Array): Promise<number | null> {
    const left = this.#bytes.length - this.#at;
    if (left === 0) return Promise.resolve(null);
    const most = Math.min(left, into.length);
    const count = this.#random.once(2) ? most : 1 + this.#random.below(most);
    into.set(this.#bytes.subarray(this.#at, this.#at + count));
    this.#at += count;
    return Promise.resolve(count);
  }

  write(from: Uint8Array): Promise<number> {
    return Promise.resolve(from.length);
  }
}

/** Judges the bytes by the rules of `docs`, as plainly as it can be written. */
function judge(bytes: Uint8Array): string {
  if (bytes.length === 0) return "closed";
  if (bytes.length < 4) return "cut short";
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length === 0) return "empty";
  if (length > LIMIT) return "too long";
  if (bytes.length < 4 + length) return "cut short";
  return bytes.length === 4 + length ? "whole" : "trailing bytes";
}

async function outcomeOf(
  read: Promise<Uint8Array>,
  bytes: Uint8Array,
): Promise<string> {
  try {
    const body = await read;
    assertEquals(
      encodeFrame(body),
      new Uint8Array(bytes.subarray(0, 4 + body.length)),
    );
    return "whole";
  } catch (error) {
    if (error instanceof FrameError) return error.fault;
    throw error;
  }
}

async function readStream(wire: Wire): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of streamFrame(wire, LIMIT)) {
    assert(chunk.length > 0 && chunk.length <= 32 * 1024);
    for (const byte of chunk) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

/** All three readers agree with the rules, however the bytes arrive. */
export const frameTarget = makeTarget(
  () =>
    [1, 2, 30, LIMIT - 1, LIMIT, LIMIT + 1].map((length) =>
      encodeFrame(new Uint8Array(length).fill(0x61))
    ),
  async (input) => {
    const right = judge(input);
    const wire = () => new PiecedWire(input);
    const short = await outcomeOf(readShortFrame(wire(), LIMIT), input);
    const stream = await outcomeOf(readStream(wire()), input);
    const request = await outcomeOf(readFrame(wire(), LIMIT), input);
    // The bytes after a body may come with it or after the reader is done.
    const isEither = right === "trailing bytes";
    assert(short === right || isEither && short === "whole", `${short}`);
    assert(stream === right || isEither && stream === "whole", `${stream}`);
    assertEquals(request, isEither ? "whole" : right);
    return `${right} ${short} ${stream}`;
  },
);
