// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Marks, control and format characters but the soft hyphen, and later letters of a Hangul syllable.
 */
const NO_CELL = /^(?!\xad)[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
/** The blocks of East Asian wide and full-width characters, and emoji except half flags. */
const TWO_CELLS =
  /^(?:[\u1100-\u115f\u2329\u232a\u2e80-\u3029\u302e-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|(?!\p{RI})\p{Emoji_Presentation})$/u;

/** Counts the terminal cells that a text without escape sequences takes. */
export function unicodeWidth(str: string): number {
  let cells = 0;
  for (const char of str) {
    if (!NO_CELL.test(char)) cells += TWO_CELLS.test(char) ? 2 : 1;
  }
  return cells;
}
