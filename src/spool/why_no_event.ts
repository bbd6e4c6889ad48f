// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks whether spooled bytes are an event.
 * @module
 */
import {
  BudgetError,
  decodeRequest,
  JsonError,
  NotAnEventError,
  readHookPayload,
  RequestError,
} from "../proto/mod.ts";

/** Explains why a body is not the request to store a hook event; null if it is. */
export function whyNoEvent(body: Uint8Array): string | null {
  try {
    const request = decodeRequest(body);
    if (request.type !== "ingest_hook") {
      return `The request is not an event but "${request.type}"`;
    }
    if (request.workspace?.includes("\0")) {
      return "Its workspace holds a zero byte";
    }
    const payload = new TextEncoder().encode(request.payload);
    readHookPayload(request.source, payload);
    return null;
  } catch (error) {
    const isOurs = error instanceof RequestError ||
      error instanceof BudgetError ||
      error instanceof NotAnEventError || error instanceof JsonError;
    if (isOurs) return error.message;
    throw error;
  }
}
