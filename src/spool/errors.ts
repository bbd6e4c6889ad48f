// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the spool.
 * @module
 */

import { HomeError } from "../context/mod.ts";

/** The spool could not be written or read (exit 74). */
export class SpoolError extends Error {
  override get name(): string {
    return "SpoolError";
  }
}

/** The spool has reached one of its bounds; it refuses the newest event (exit 74). */
export class SpoolFullError extends SpoolError {
  override get name(): string {
    return "SpoolFullError";
  }
}

/**
 * Returns the words of the system without its error number and without the operation that Deno
 * adds; the whole message of an error about the home that is not the system's.
 */
export function shortReason(error: unknown): string {
  if (error instanceof HomeError) {
    return error.cause === undefined ? error.message : shortReason(error.cause);
  }
  const text = error instanceof Error ? error.message : String(error);
  const reason = text.replace(/ \(os error \d+\).*/s, "").replace(/: .*/s, "");
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}
