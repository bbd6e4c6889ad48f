// SPDX-License-Identifier: AGPL-3.0-or-later

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Marks, format characters (but not the soft hyphen), the later letters of a Hangul syllable. */
const NO_CELL = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
/** The blocks of East Asian wide and full-width characters. */
const TWO_CELLS =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u3029\u302e-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;
/** Half of a flag: an emoji, but narrow by itself. */
const REGIONAL_INDICATOR = /^\p{Regional_Indicator}$/u;
const SOFT_HYPHEN = "\u00ad";

/**
 * Counts the terminal cells that a text takes.
 *
 * @param str Text without escape sequences; a control character counts nothing.
 */
export function unicodeWidth(str: string): number {
  if (PRINTABLE_ASCII.test(str)) return str.length;
  let cells = 0;
  for (const char of str) cells += charWidth(char);
  return cells;
}

function charWidth(char: string): number {
  if (char === SOFT_HYPHEN) return 1;
  if (NO_CELL.test(char)) return 0;
  if (TWO_CELLS.test(char)) return 2;
  return EMOJI.test(char) && !REGIONAL_INDICATOR.test(char) ? 2 : 1;
}
