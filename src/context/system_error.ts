// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the system says, told apart from bugs, and in its own words.
 * @module
 */

/** Whether the system gave this error, as against one in this program. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}

/** The system's words, without the call that Deno adds behind them. */
export function systemReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/: \w+ '[^]*'.*$/, "");
}
