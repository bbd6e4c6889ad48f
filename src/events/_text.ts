// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Text as the protocol defines it: Unicode white space, and order and length by UTF-8 bytes.
 * @module
 */

/** Unicode White_Space: unlike `String.trim` it has U+0085 and not U+FEFF. */
function isWhiteSpace(unit: number): boolean {
  return unit >= 0x09 && unit <= 0x0d || unit === 0x20 || unit === 0x85 ||
    unit === 0xa0 || unit === 0x1680 || unit >= 0x2000 && unit <= 0x200a ||
    unit === 0x2028 || unit === 0x2029 || unit === 0x202f ||
    unit === 0x205f || unit === 0x3000;
}

/** Returns `text` without the Unicode White_Space at both ends. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Compares two texts by their UTF-8 bytes, for `sort`. The order of `<` differs above U+D7FF. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  return codeOrder(a.charCodeAt(i)) - codeOrder(b.charCodeAt(i));
}

/** Sorts surrogates, which are characters above U+FFFF, after all other units. */
function codeOrder(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** Returns the length of `text` in UTF-8 bytes. */
export function countBytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes++;
    if (unit >= 0x800 && (unit < 0xd800 || unit >= 0xe000)) bytes++;
  }
  return bytes;
}
