// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Encodes requests.
 * @module
 */
import { joinBytes } from "./join_bytes.ts";
import { encodeJson } from "./json_text.ts";
import type { DaemonRequest } from "./requests.ts";

/**
 * Returns the bytes of a request without a length prefix: JSON, and the lines that follow it.
 * Integers over 2^53 stay exact.
 */
export function encodeRequest(request: DaemonRequest): Uint8Array {
  if (request.type !== "ingest_events") return encode(encodeJson(request));
  const { payloads, ...rest } = request;
  return joinBytes([encode(`${encodeJson(rest)}\n`), payloads]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
