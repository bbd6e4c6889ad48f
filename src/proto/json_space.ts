// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What may stand between tokens.
 * @module
 */

/** Whether JSON takes a byte for white space between its tokens; false behind the last byte. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
