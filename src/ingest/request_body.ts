// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes the body of a request from a completed event.
 * @module
 */
import type { Completed } from "../complete/mod.ts";
import { MAX_REQUEST_BYTES, type RequestOf } from "../proto/mod.ts";
import { TooLargeError } from "./errors.ts";

/**
 * Returns the body of the request that carries an event.
 *
 * @throws {TooLargeError} If it does not fit a frame.
 */
export function eventRequest(
  { source, payload }: Pick<Completed, "source" | "payload">,
  workspace: string,
): Uint8Array {
  // A character takes at least one byte.
  if (payload.length > MAX_REQUEST_BYTES) throw tooLarge(payload.length);
  const request: RequestOf<"ingest_hook"> = {
    type: "ingest_hook",
    source,
    payload,
    workspace,
  };
  // It holds no number, so a hook need not load the code that keeps numbers exact.
  const body = new TextEncoder().encode(JSON.stringify(request));
  if (body.length <= MAX_REQUEST_BYTES) return body;
  throw tooLarge(body.length);
}

/**
 * Makes the id that an event keeps through every retry: 32 hexadecimal digits, the time first.
 *
 * It must differ from all others, but may be guessed: `crypto` would take a hook longer than
 * opening a connection.
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
