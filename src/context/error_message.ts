// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The words of a thrown value.
 * @module
 */

/** Returns the message of an error, or another thrown value as text. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
