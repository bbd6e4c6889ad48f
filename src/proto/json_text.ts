// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Encodes values as JSON text, and decodes single tokens.
 * @module
 */
import type { Int } from "./int.ts";

declare global {
  interface JSON {
    /**
     * Returns a value that `JSON.stringify` prints as `text`. The engine has it; its type library
     * does not yet.
     */
    rawJSON(text: string): unknown;
  }
}

const MINUS = 0x2d;

/**
 * Prints compact JSON as `JSON.stringify` does, with all digits of bigints. Undefined members are
 * omitted.
 *
 * A lone surrogate becomes an escape, which {@linkcode decodeJson} refuses.
 *
 * @throws {TypeError} If `value` has no JSON form, or contains itself.
 * @throws {RangeError} If it nests deeper than the engine supports. A thousand levels are safe.
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
 * @param bytes The token as the scanner reports it, with its quotes.
 * @throws {TypeError} If the token is not a string.
 */
export function decodeString(bytes: Uint8Array): string {
  const value: unknown = JSON.parse(decodeText(bytes));
  if (typeof value === "string") return value;
  throw new TypeError("Cannot decode string: the token is not a string");
}

/**
 * Returns the exact integer of a number token.
 *
 * @param token The token as the scanner reports it. A token of another kind is no integer.
 * @returns Null if it has a fraction or an exponent, is `-0`, or is not from `min` to `max`.
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

/** Decodes UTF-8. A byte order mark is a character like any other. */
export function decodeText(bytes: Uint8Array): string {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes);
}
