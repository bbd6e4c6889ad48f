// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON text with bigints, for the store. A bigint is a string that begins with a mark.
 * @module
 */

const MARK = "\0n";
const PRINTED_MARK = '"\\u0000n';
/** A text that begins with the mark gets a blank, so that it is not read as a bigint. */
const ESCAPED_MARK = "\0 n";

/** Prints a JSON value that may contain bigints. */
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

/** Reads the text that {@linkcode printExact} printed. */
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

/** Returns a copy of an object without nulls, empty lists and false. */
export function withoutEmpty<T extends object>(value: T): Partial<T> {
  const copy: Partial<T> = {};
  for (const key in value) {
    const it: unknown = value[key];
    const isEmpty = it === null || it === false ||
      Array.isArray(it) && it.length === 0;
    if (!isEmpty) copy[key] = value[key];
  }
  return copy;
}
