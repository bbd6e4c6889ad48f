// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the payload in an event of the stream.
 * @module
 */
import { scanMembers } from "../proto/mod.ts";
import { JsonText } from "./data_columns.ts";

/** An event's record adds a level around the payload, and its answer another. */
const MAX_DEPTH = 129;

/**
 * Returns the payload as the agent wrote it, with spaces for line breaks, as in NDJSON.
 *
 * @param bytes An answer of type `event`.
 * @returns Null if there is none.
 * @throws {JsonError} If the bytes are not strictly JSON.
 */
export function findPayload(bytes: Uint8Array): JsonText | null {
  const event = findMember(bytes, "event");
  const payload = event && findMember(event, "payload");
  if (payload === null) return null;
  const text = new TextDecoder().decode(payload);
  return text === "null" ? null : new JsonText(text.replace(/[\r\n]/g, " "));
}

/** The last one counts if there are several, as when the value is decoded. */
function findMember(bytes: Uint8Array, name: string): Uint8Array | null {
  const found = scanMembers(bytes, MAX_DEPTH)?.members
    .findLast(({ key }) => key === name);
  return found === undefined ? null : bytes.subarray(found.start, found.end);
}
