// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Takes the payload out of an event of the stream, as most of its bytes need not be decoded.
 * @module
 */
import { joinBytes, scanDocument } from "../proto/mod.ts";
import { JsonText } from "./data_columns.ts";

/** An event's record adds a level around the payload, and its answer another. */
const MAX_DEPTH = 129;
const encoder = new TextEncoder();
const EVENT = encoder.encode('"event"');
const PAYLOAD = encoder.encode('"payload"');
const NULL = encoder.encode("null");

/** An event in two parts. */
export interface CutEvent {
  /** The event with null for its payload. */
  rest: Uint8Array;
  /** As the agent wrote it, with spaces for line breaks, as in NDJSON; null if there is none. */
  payload: JsonText | null;
}

/**
 * Cuts the payload out of an event. A key that is written with escapes is not found: that payload
 * stays in the rest.
 *
 * @param bytes An answer of type `event`.
 * @throws {JsonError} If the bytes are not strictly JSON.
 */
export function cutPayload(bytes: Uint8Array): CutEvent {
  const place = findPayload(bytes);
  if (place === null) return { rest: bytes, payload: null };
  const [start, end] = place;
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  return {
    rest: joinBytes([bytes.subarray(0, start), NULL, bytes.subarray(end)]),
    payload: text === "null"
      ? null
      : new JsonText(text.replace(/[\r\n]/g, " ")),
  };
}

/**
 * Returns where the payload is; of several, the last one, which is the one that a decoder takes.
 */
function findPayload(bytes: Uint8Array): [start: number, end: number] | null {
  let found: [number, number] | null = null;
  let isInEvent = false;
  let isPayload = false;
  let open = 0;
  scanDocument(bytes, (token, start, end, depth) => {
    if (depth === 1 && token === "key") {
      isInEvent = isSame(bytes, start, end, EVENT);
    } else if (depth === 2 && isInEvent) {
      if (token === "key") isPayload = isSame(bytes, start, end, PAYLOAD);
      else if (!isPayload) return;
      else if (token === "{" || token === "[") open = start;
      else found = [token === "}" || token === "]" ? open : start, end];
    }
  }, MAX_DEPTH);
  return found;
}

function isSame(
  bytes: Uint8Array,
  start: number,
  end: number,
  word: Uint8Array,
): boolean {
  return end - start === word.length &&
    word.every((byte, i) => byte === bytes[start + i]);
}
