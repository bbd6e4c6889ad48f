// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads and writes frames: a big-endian `u32` length, then a body of that many bytes.
 * @module
 */

/** Bytes of a length. */
export const HEADER_BYTES = 4;
/** Size of the first read of a request, in bytes: holds most hook events with their header. */
export const REQUEST_READ_BYTES = 4096;
/**
 * Size of each read of an answer, in bytes: holds most answers with their header. Larger reads make
 * a long answer slower, by half at 256 KiB, as a smaller piece stays in the processor's nearest
 * caches on its way from the socket to a pipe.
 */
export const ANSWER_READ_BYTES = 32 * 1024;
/** A body up to this size is allocated at once, a longer one once this much of it has arrived. */
export const TRUSTED_BODY_BYTES = 256 * 1024;

/** The part of a connection that frames need. A call may move fewer bytes than asked. */
export type Wire = Pick<Deno.Conn, "read" | "write">;

/** The ways a peer can break the framing rules. */
export type FrameFault =
  | "closed"
  | "cut short"
  | "empty"
  | "too long"
  | "trailing bytes";

/** The peer broke the framing rules; the connection cannot be used again. */
export class FrameError extends Error {
  override get name(): string {
    return "FrameError";
  }
  constructor(readonly fault: FrameFault, message: string) {
    super(message);
  }
}

/**
 * Returns the frame of `body`, ready for one write.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeFrame } from "./mod.ts";
 *
 * assertEquals([...encodeFrame(Uint8Array.of(7, 8))], [0, 0, 0, 2, 7, 8]);
 * ```
 */
export function encodeFrame(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/**
 * Returns only the header, for a body that is written in pieces.
 *
 * @param length Body length in bytes, below 2^32.
 */
export function encodeHeader(length: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, length);
  return header;
}

/** Writes all of `bytes`, with as many calls as the socket needs. */
export async function writeAll(wire: Wire, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await wire.write(bytes.subarray(sent));
  }
}

/**
 * Reads one request, a short one with a single read if the socket allows. Ignores bytes after it
 * that the last read returned.
 *
 * Memory for a body over 256 KiB is allocated once this much of it has arrived, so an announced
 * length alone costs nothing.
 *
 * @param limit Largest body in bytes, checked before the body is allocated.
 * @param begun Buffer for the first read, longer than a header, and the bytes of the request that
 * it holds already. If the whole body fits, the result is a view of it.
 * @throws {FrameError} If the peer closes early, or announces 0 or more than `limit` bytes.
 */
export async function readFrame(
  wire: Pick<Wire, "read">,
  limit: number,
  begun = { start: new Uint8Array(REQUEST_READ_BYTES), bytes: 0 },
): Promise<Uint8Array<ArrayBuffer>> {
  const { start, bytes } = begun;
  const have = await fill(wire, start, bytes, HEADER_BYTES, "closed");
  const length = bodyLength(start, limit);
  let filled = have - HEADER_BYTES;
  if (filled >= length) {
    return start.subarray(HEADER_BYTES, HEADER_BYTES + length);
  }
  let body = new Uint8Array(Math.min(length, TRUSTED_BODY_BYTES));
  body.set(start.subarray(HEADER_BYTES, have));
  filled = await fill(wire, body, filled, body.length, "cut short");
  if (filled < length) {
    const whole = new Uint8Array(length);
    whole.set(body);
    body = whole;
    await fill(wire, body, filled, length, "cut short");
  }
  return body;
}

/**
 * Reads one short answer, with a single read if the socket allows.
 *
 * @param limit Largest body in bytes. This much memory is allocated at once.
 * @throws {FrameError} As {@linkcode readFrame}, and if bytes follow the body.
 */
export async function readShortFrame(
  wire: Pick<Wire, "read">,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // One more byte, to notice bytes after the body.
  const buffer = new Uint8Array(HEADER_BYTES + limit + 1);
  let have = 0;
  let end = Infinity;
  while (have < end) {
    const n = await wire.read(buffer.subarray(have));
    if (n === null) throw cutShort(have === 0 ? "closed" : "cut short");
    have += n;
    if (have >= HEADER_BYTES) end = HEADER_BYTES + bodyLength(buffer, limit);
  }
  if (have > end) throw trailingBytes();
  return buffer.subarray(HEADER_BYTES, end);
}

/**
 * Streams the body of one answer. The first chunk comes from a single read if the socket allows.
 *
 * A chunk has at most 32 KiB. It is a view of a buffer that the next step overwrites: use it or
 * copy it before the next step.
 *
 * @param limit Largest body in bytes.
 * @throws {FrameError} As {@linkcode readFrame}, and if bytes follow the body.
 */
export async function* streamFrame(
  wire: Wire,
  limit: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(ANSWER_READ_BYTES);
  let have = 0;
  while (have < HEADER_BYTES) {
    const n = await wire.read(buffer.subarray(have));
    if (n === null) throw cutShort(have === 0 ? "closed" : "cut short");
    have += n;
  }
  const length = bodyLength(buffer, limit);
  let left = length;
  let chunk = buffer.subarray(HEADER_BYTES, have);
  while (true) {
    if (chunk.length > left) throw trailingBytes();
    left -= chunk.length;
    if (chunk.length > 0) yield chunk;
    if (left === 0) return;
    const n = await wire.read(buffer);
    if (n === null) throw cutShort("cut short");
    chunk = buffer.subarray(0, n);
  }
}

/**
 * Reads the length that a header announces.
 *
 * @throws {FrameError} If it is 0 or more than `limit` bytes.
 */
export function bodyLength(header: Uint8Array, limit: number): number {
  const length = new DataView(header.buffer, header.byteOffset).getUint32(0);
  if (length === 0) {
    throw new FrameError("empty", "Cannot read frame: its length is 0");
  }
  if (length <= limit) return length;
  throw new FrameError(
    "too long",
    `Cannot read frame as it must be <= ${limit} bytes: current length is ${length}`,
  );
}

/** Reads until the `have` bytes of `into` are at least `want`; returns their number. */
async function fill(
  wire: Pick<Wire, "read">,
  into: Uint8Array<ArrayBuffer>,
  have: number,
  want: number,
  atStart: FrameFault,
): Promise<number> {
  while (have < want) {
    const n = await wire.read(into.subarray(have));
    if (n === null) throw cutShort(have === 0 ? atStart : "cut short");
    have += n;
  }
  return have;
}

function trailingBytes(): FrameError {
  return new FrameError(
    "trailing bytes",
    "Cannot read frame: bytes follow the body",
  );
}

/** Returns the error for a peer that closes early. */
export function cutShort(fault: FrameFault): FrameError {
  const how = fault === "closed" ? "without an answer" : "inside a frame";
  return new FrameError(fault, `Cannot read frame: peer closed ${how}`);
}
