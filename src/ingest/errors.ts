// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of an event before it is sent or spooled.
 * @module
 */

/** The input cannot be read (exit 74). */
export class InputError extends Error {
  override get name(): string {
    return "InputError";
  }
}

/** The event does not fit a frame (exit 65). */
export class TooLargeError extends Error {
  override get name(): string {
    return "TooLargeError";
  }
}
