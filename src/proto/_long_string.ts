// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A shortcut through long strings.
 * @module
 */

/** For a shorter string a loop over its bytes is as fast. */
const LONG_BYTES = 256;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Skips the rest of a string if it is long, ends in `chunk` and obeys all rules of the scanner.
 *
 * The engine's parser decides whether it does. A hook ends before the engine has compiled a loop of
 * ours, and from a thousand bytes on that loop would be the slowest part of the scan.
 *
 * @param from Index of the first byte of a character inside the string, not inside an escape.
 * @returns The index of the closing quote, or `from` if the caller must scan the string itself.
 */
export function skipLongString(chunk: Uint8Array, from: number): number {
  let end = chunk.indexOf(QUOTE, from);
  while (end > from && isEscaped(chunk, end)) {
    end = chunk.indexOf(QUOTE, end + 1);
  }
  if (end - from < LONG_BYTES) return from;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const rest = decoder.decode(chunk.subarray(from, end + 1));
    const text: string = JSON.parse(`"${rest}`);
    return text.isWellFormed() ? end : from;
  } catch {
    return from;
  }
}

function isEscaped(chunk: Uint8Array, at: number): boolean {
  let i = at;
  while (chunk[i - 1] === BACKSLASH) i--;
  return (at - i) % 2 === 1;
}
