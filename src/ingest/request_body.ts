// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * From a completed event to a request body.
 * @module
 */
import type { Completed } from "../complete/mod.ts";
import { encodeRequest, MAX_REQUEST_BYTES } from "../proto/mod.ts";
import { randomHex } from "../spool/mod.ts";
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
  if (payload.length > MAX_REQUEST_BYTES) throw tooLarge(payload.length);
  const body = encodeRequest({
    type: "ingest_hook",
    source,
    payload: new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload),
    workspace,
  });
  if (body.length <= MAX_REQUEST_BYTES) return body;
  throw tooLarge(body.length);
}

/** Makes the id that an event keeps through every retry. */
export function newEventId(): string {
  return randomHex(16);
}

function tooLarge(length: number): TooLargeError {
  return new TooLargeError(
    `Cannot send the event as its frame must be <= ${MAX_REQUEST_BYTES} bytes: current length is at least ${length}`,
  );
}
