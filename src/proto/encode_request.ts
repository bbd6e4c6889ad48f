// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Encodes requests.
 * @module
 */
import { encodeJson } from "./json_text.ts";
import type { DaemonRequest } from "./requests.ts";

/** Returns the JSON bytes of a request without a length prefix. Integers over 2^53 stay exact. */
export function encodeRequest(request: DaemonRequest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(encodeJson(request));
}
