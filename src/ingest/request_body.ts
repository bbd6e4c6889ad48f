// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * From a completed event to a request body.
 * @module
 */
import type { Completed } from "../complete/mod.ts";
import { MAX_REQUEST_BYTES, type RequestOf } from "../proto/mod.ts";
import { TooLargeError } from "./errors.ts";

/**
 * Returns the body that hands an event over.
 *
 * @throws {TooLargeError} If it does not fit a frame.
 */
export function eventRequest(
  { source, payload }: Completed,
  workspace: string,
): Uint8Array {
  // No character takes less than a byte.
  if (payload.length > MAX_REQUEST_BYTES) throw tooLarge(payload.length);
  const request: RequestOf<"ingest_hook"> = {
    type: "ingest_hook",
    source,
    payload,
    workspace,
  };
  // It holds no number, so that a hook need not load what keeps those exact.
  const body = new TextEncoder().encode(JSON.stringify(request));
  if (body.length <= MAX_REQUEST_BYTES) return body;
  throw tooLarge(body.length);
}

/**
 * Makes the id that an event keeps through every retry: 32 hexadecimal digits, those of the time first.
 *
 * It must be unlike all others, but may be guessed: `crypto` would take a hook longer than to open a connection.
 */
export function newEventId(): string {
  const digits = (value: number, length: number) =>
    Math.floor(value).toString(16).padStart(length, "0");
  const random = () => digits(Math.random() * 2 ** 40, 10);
  return digits(Date.now(), 12) + random() + random();
}

function tooLarge(length: number): TooLargeError {
  return new TooLargeError(
    `Cannot send the event as its frame must be <= ${MAX_REQUEST_BYTES} bytes: current length is at least ${length}`,
  );
}
