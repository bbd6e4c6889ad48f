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

/** Returns the key. */
export function readCopyKey(
  payload: Payload,
  { meaning, callId }: { meaning: Meaning; callId: string | null },
): string {
  // The hooks of different agents name one tool differently.
  const own = callId ?? readOwnTime(payload);
  return own === null
    ? hashPayload(payload)
    : hashBytes(encoder.encode(`${meaning}\n${own}`));
}
