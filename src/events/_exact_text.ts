// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What this folder keeps in the store, as JSON text that holds bigints, too: a text with a mark in front.
 * @module
 */

const MARK = "\0n";
const PRINTED_MARK = '"\\u0000n';
/** A text of a payload that begins like a bigint gets a blank, so that it is not taken for one. */
const ESCAPED_MARK = "\0 n";

/** Prints a value that JSON has, or that holds bigints. */
export function printExact(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    if (!text.includes(PRINTED_MARK)) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a bigint
  }
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return `${MARK}${part}`;
    return typeof part === "string" && part.startsWith(MARK)
      ? ESCAPED_MARK + part.slice(MARK.length)
      : part;
  });
}

/** Reads what {@linkcode printExact} has printed. */
export function parseExact<T>(text: string): T {
  const value: T = text.includes(PRINTED_MARK)
    ? JSON.parse(
      text,
      (_key, part: unknown) =>
        typeof part === "string" && part.startsWith(MARK)
          ? BigInt(part.slice(MARK.length))
          : part,
    )
    : JSON.parse(text);
  return value;
}
