// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What completion asks about an event, however that was read.
 * @module
 */

/** The top-level members of an event; of several with the same key the last one counts. */
export interface Fields {
  has(key: string): boolean;
  /** The text of a member, or null if there is none or it is no string. */
  text(key: string): string | null;
  /** The bytes of a number as it is written, or null if there is none. */
  number(key: string): Uint8Array | null;
  /** The first element of an array, or null if there is none or it is no string. */
  firstText(key: string): string | null;
}
