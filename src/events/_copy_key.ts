// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The key that copies of one event by hooks of different agents share.
 * @module
 */
import type { Meaning } from "../agents/mod.ts";
import { hashBytes } from "./_hash.ts";
import { hashPayload, readOwnTime } from "./_payload_hash.ts";
import type { Payload } from "./payload.ts";

const encoder = new TextEncoder();

/**
 * Returns the key, and the id of a copy: equal ids with the same key are one copy.
 *
 * @param tie The event's own id.
 */
export function readCopyKey(
  payload: Payload,
  { meaning, callId, tie }: {
    meaning: Meaning;
    callId: string | null;
    tie: string;
  },
): { copyKey: string; copyId: string } {
  // The hooks of different agents name one tool differently.
  const own = callId ?? readOwnTime(payload);
  const hash = hashPayload(payload);
  return own === null ? { copyKey: hash, copyId: tie } : {
    copyKey: hashBytes(encoder.encode(`${meaning}\n${own}`)),
    copyId: hash,
  };
}
