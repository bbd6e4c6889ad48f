// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Read access to the top level of a payload.
 * @module
 */

/** The top-level members of a payload. If a key occurs several times, its last value is used. */
export interface Fields {
  /** Returns true if there is a member with this key, of any type. */
  has(key: string): boolean;
  /** Returns the value of a member, or null if it is missing or not a string. */
  text(key: string): string | null;
  /** Returns the bytes of a member's value, or null if it is missing or not a number. */
  number(key: string): Uint8Array | null;
  /** Returns the first element of an array, or null if it is missing or not a string. */
  firstText(key: string): string | null;
}
