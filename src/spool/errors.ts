// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the spool.
 * @module
 */

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
 * adds.
 */
export function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = text.replace(/ \(os error \d+\).*/s, "").replace(/: .*/s, "");
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}
