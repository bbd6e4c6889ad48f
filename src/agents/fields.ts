// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The questions that an agent's record asks about a payload.
 * @module
 */

/** The top-level members of a payload, however they were read. Of several members with the same key the last one counts. */
export interface Fields {
  /** Whether there is a member with this key, of any type. */
  has(key: string): boolean;
  /** The text of a member, or null if there is none or it is not a string. */
  text(key: string): string | null;
  /** The bytes of a number as it is written, or null if there is none. */
  number(key: string): Uint8Array | null;
  /** The first element of an array, or null if there is none or it is not a string. */
  firstText(key: string): string | null;
}
