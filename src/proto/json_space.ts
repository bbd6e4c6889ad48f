// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * White space between JSON tokens.
 * @module
 */

/** Whether a byte is JSON's white space. False for undefined, which is after the last byte. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
