// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Replacing lone surrogates. An agent that truncates a string at a fixed length may cut a character
 * in half and write an escape such as `\ud83d`, which daemons reject.
 * @module
 */
const BACKSLASH = 0x5c;
const U = 0x75;
/** Length of an escape such as `\ud83d` in bytes. */
const ESCAPE_BYTES = 6;
/** The digits of U+FFFD, the replacement character. */
const REPLACEMENT = [0x66, 0x66, 0x66, 0x64];

/**
 * Replaces each escape of a lone surrogate with `\ufffd`, in strings and in keys. The length and
 * all other bytes stay the same.
 *
 * @param bytes JSON text. Text that is not valid JSON does not become valid.
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

/** Returns the code unit of the escape at an index, or null if there is none. */
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
