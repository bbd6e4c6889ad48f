// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks UTF-8 byte by byte with the table of RFC 3629, section 4: no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 * @module
 */

// The next byte: the first of a character, or one of the last one, two or three. Some first bytes
// narrow the range of the second.
const FIRST = 0;
const LAST_1 = 1;
const LAST_2 = 2;
const AFTER_E0 = 3;
const AFTER_ED = 4;
const LAST_3 = 5;
const AFTER_F0 = 6;
const AFTER_F4 = 7;
const INVALID = -1;

/**
 * Checks one byte of a character that is not ASCII.
 *
 * @param state The result of the last call; 0 for the first byte of a character.
 * @returns 0 if the character is complete, 1 to 7 if more bytes must follow, -1 if `c` is invalid.
 */
export function stepUtf8(state: number, c: number): number {
  if (state === FIRST) {
    if (c < 0xc2 || c > 0xf4) return INVALID;
    if (c < 0xe0) return LAST_1;
    if (c < 0xf0) return c === 0xe0 ? AFTER_E0 : c === 0xed ? AFTER_ED : LAST_2;
    return c === 0xf0 ? AFTER_F0 : c === 0xf4 ? AFTER_F4 : LAST_3;
  }
  const least = state === AFTER_E0 ? 0xa0 : state === AFTER_F0 ? 0x90 : 0x80;
  const most = state === AFTER_ED ? 0x9f : state === AFTER_F4 ? 0x8f : 0xbf;
  if (c < least || c > most) return INVALID;
  return state === LAST_1 ? FIRST : state < LAST_3 ? LAST_1 : LAST_2;
}
