// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A shortcut through long strings.
 * @module
 */

/** For a shorter string a loop over its bytes is as fast. */
const LONG_BYTES = 256;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes of the longest escape, `\u0041`. */
const ESCAPE_BYTES = 6;

/**
 * Skips the rest of a string as far as it is in `chunk`, if that is long and obeys all rules of the
 * scanner.
 *
 * The engine's parser decides whether it does. A hook ends before the engine has compiled a loop of
 * ours, and from a thousand bytes on that loop would be the slowest part of the scan.
 *
 * @param from Index of the first byte of a character inside the string, not inside an escape.
 * @returns The index of the closing quote, or of a character near the end of a chunk in which the
 * string does not end, or `from` if the caller must scan the string itself.
 */
export function skipLongString(chunk: Uint8Array, from: number): number {
  let end = chunk.indexOf(QUOTE, from);
  while (end > from && isEscaped(chunk, end)) {
    end = chunk.indexOf(QUOTE, end + 1);
  }
  if (end < 0) end = lastBreak(chunk, from);
  if (end - from < LONG_BYTES) return from;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const rest = decoder.decode(chunk.subarray(from, end));
    const text: string = JSON.parse(`"${rest}"`);
    return text.isWellFormed() ? end : from;
  } catch {
    return from;
  }
}

/**
 * Returns the last index at which the string can be cut: the bytes of one escape before it are
 * ASCII and none is a backslash, so no escape, pair of escapes or character goes on after it.
 */
function lastBreak(chunk: Uint8Array, from: number): number {
  let run = 0;
  for (let i = chunk.length - 1; i >= from; i--) {
    const byte = chunk[i] ?? 0;
    run = byte === BACKSLASH || byte >= 0x80 ? 0 : run + 1;
    if (run === ESCAPE_BYTES) return i + ESCAPE_BYTES;
  }
  return from;
}

function isEscaped(chunk: Uint8Array, at: number): boolean {
  let i = at;
  while (chunk[i - 1] === BACKSLASH) i--;
  return (at - i) % 2 === 1;
}
