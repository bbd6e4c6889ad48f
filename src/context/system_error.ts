// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the system, as opposed to bugs, and their messages.
 * @module
 */

/** Whether the system reported this error. If not, it is a bug in this program. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}

/** Returns the message of an error without the call that Deno adds after it. */
export function systemReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/: \w+ '[^]*'.*$/, "");
}
