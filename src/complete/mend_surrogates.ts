// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Halves of characters. An agent that cuts a text at a fixed length may cut a character in two, and writes the half as an escape,
 * such as `\ud83d`, that stands for nothing by itself. No daemon accepts that.
 * @module
 */
const BACKSLASH = 0x5c;
const U = 0x75;
/** Length of `\ud83d` in bytes. */
const ESCAPE_BYTES = 6;
/** Digits of U+FFFD, which stands for a character that cannot be read. */
const REPLACEMENT = [0x66, 0x66, 0x66, 0x64];

/**
 * Replaces each escape that is half of a surrogate pair by `\ufffd`, in strings and keys alike. The text keeps its length and all its
 * other bytes.
 *
 * @param bytes JSON text; other text is changed as well, and stays as wrong as it was.
 * @returns A copy.
 */
export function mendSurrogates(bytes: Uint8Array): Uint8Array {
  const mended = bytes.slice();
  let at = mended.indexOf(BACKSLASH);
  while (at >= 0) {
    const unit = unitAt(mended, at);
    let length = unit === null ? 2 : ESCAPE_BYTES;
    if (unit !== null && isHigh(unit) && isLow(unitAt(mended, at + length))) {
      length += ESCAPE_BYTES;
    } else if (unit !== null && (isHigh(unit) || isLow(unit))) {
      mended.set(REPLACEMENT, at + 2);
    }
    at = mended.indexOf(BACKSLASH, at + length);
  }
  return mended;
}

/** The code unit that an escape at an index stands for; null if no such escape is there. */
function unitAt(bytes: Uint8Array, at: number): number | null {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== U) return null;
  const digits = new TextDecoder().decode(
    bytes.subarray(at + 2, at + ESCAPE_BYTES),
  );
  return /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : null;
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number | null): boolean {
  return unit !== null && (unit & 0xfc00) === 0xdc00;
}
