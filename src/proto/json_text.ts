// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Values to JSON text, and single tokens of it to values.
 * @module
 */
import type { Int } from "./int.ts";

declare global {
  interface JSON {
    /** Makes a value that `JSON.stringify` prints as `text`; the engine has it, its type library does not yet. */
    rawJSON(text: string): unknown;
  }
}

const MINUS = 0x2d;

/**
 * Prints compact JSON as `JSON.stringify` does, and bigints with all their digits; undefined members are left out.
 *
 * A lone surrogate becomes an escape, which {@linkcode decodeJson} refuses.
 *
 * @throws {TypeError} If `value` is nothing that JSON has, or contains itself.
 * @throws {RangeError} If it is nested more deeply than the engine can follow: a thousand levels are safe.
 */
export function encodeJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(
    value,
    (_key, part: unknown) =>
      typeof part === "bigint" ? JSON.rawJSON(String(part)) : part,
  );
  if (text !== undefined) return text;
  throw new TypeError(`Cannot encode value: ${typeof value} is not JSON`);
}

/**
 * Returns the text of a string token.
 *
 * @param bytes The token as the scanner reported it, with its quotes.
 * @throws {TypeError} If it is the token of something else.
 */
export function decodeString(bytes: Uint8Array): string {
  const value: unknown = JSON.parse(decodeText(bytes));
  if (typeof value === "string") return value;
  throw new TypeError("Cannot decode string: the token is not a string");
}

/**
 * Returns the exact integer that a number token stands for.
 *
 * @param token The token as the scanner reported it; the tokens of other values are no integers.
 * @returns `null` if it has a fraction or an exponent, is `-0`, or lies outside `min` and `max` (both included).
 */
export function decodeInt(
  token: Uint8Array,
  min: bigint,
  max: bigint,
): Int | null {
  const digits = token.subarray(token[0] === MINUS ? 1 : 0);
  if (digits.length === 0) return null;
  if (!digits.every((c) => c >= 0x30 && c <= 0x39)) return null;
  const text = decodeText(token);
  const number = Number(text);
  if (Object.is(number, -0)) return null;
  const value = Number.isSafeInteger(number) ? number : BigInt(text);
  return value >= min && value <= max ? value : null;
}

let decoder: TextDecoder | undefined;

/** Returns bytes as text; a byte order mark is a character like any other. */
export function decodeText(bytes: Uint8Array): string {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes);
}
