// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A short cut through long strings.
 *
 * @module
 */

/** Below this a byte by byte loop is as fast. */
const LONG_BYTES = 256;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Skips what is left of a string, if that is long, lies in `chunk` and is good by all the scanner's rules.
 *
 * The engine's own parser decides that: a hook is over before a loop of ours is compiled, which makes such a loop, at a thousand
 * bytes and more, the slowest part of its scan.
 *
 * @param from Index of a character inside the string, not of part of one or of an escape.
 * @returns The index of the closing quote, or `from` if there is no short cut: the caller then goes on, and finds what is wrong.
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
