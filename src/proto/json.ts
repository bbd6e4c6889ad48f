// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON values with exact integers. The scanner decides what is valid; the engine's own parser then makes the values where it can.
 *
 * @module
 */
import { scanDocument } from "./json_document.ts";
import { I64_MIN, MAX_DEPTH, U64_MAX } from "./limits.ts";

/** Any JSON value; see {@linkcode decodeJson} for when a number is a bigint. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | JsonObject;

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** An integer exactly as on the wire: a number when that is safe, else a bigint. */
export type Int = number | bigint;

/** Returns an integer as a number where that is safe. */
export function toInt(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

declare global {
  interface JSON {
    /** Makes a value that `JSON.stringify` prints as `text`; the engine has it, its type library does not yet. */
    rawJSON(text: string): unknown;
  }
}

/** A shorter integer is always safe as a number. */
const UNSAFE_DIGITS = 16;
const POINT = 0x2e;
const MINUS = 0x2d;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a whole document by the scanner's strict rules, with white space around it.
 *
 * An integer literal (no fraction, no exponent) that is not safe as a number becomes a bigint if 64 bits hold it; all other
 * numbers are doubles. The last of several members with the same key wins, and `__proto__` is a key like any other.
 *
 * @param maxDepth How deep arrays and objects may nest.
 * @throws {JsonError} If `bytes` are not strictly JSON.
 */
export function decodeJson(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): JsonValue {
  let isSafe = true;
  scanDocument(bytes, (token, start, end) => {
    if (token !== "number" || end - start < UNSAFE_DIGITS) return;
    isSafe &&= bytes.subarray(start, end).includes(POINT);
  }, maxDepth);
  return isSafe
    ? JSON.parse(decoder.decode(bytes))
    : buildExact(bytes, maxDepth);
}

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
  const value: unknown = JSON.parse(decoder.decode(bytes));
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
  const text = decoder.decode(token);
  const number = Number(text);
  if (Object.is(number, -0)) return null;
  const value = Number.isSafeInteger(number) ? number : BigInt(text);
  return value >= min && value <= max ? value : null;
}

/** Makes the value token by token: with bigints, and however deep. */
function buildExact(bytes: Uint8Array, maxDepth: number): JsonValue {
  const containers: (JsonValue[] | JsonObject)[] = [];
  let result: JsonValue = null;
  let key = "";
  const add = (value: JsonValue) => {
    const parent = containers.at(-1);
    if (parent === undefined) result = value;
    else if (Array.isArray(parent)) parent.push(value);
    else parent[key] = value; // __proto__ too: Deno removes its setter
  };
  const open = (container: JsonValue[] | JsonObject) => {
    add(container);
    containers.push(container);
  };
  scanDocument(bytes, (token, start, end) => {
    const text = bytes.subarray(start, end);
    if (token === "{") open({});
    else if (token === "[") open([]);
    else if (token === "}" || token === "]") containers.pop();
    else if (token === "key") key = decodeString(text);
    else if (token === "string") add(decodeString(text));
    else if (token === "number") add(decodeNumber(text));
    else add(token === "null" ? null : token === "true");
  }, maxDepth);
  return result;
}

function decodeNumber(token: Uint8Array): number | bigint {
  return decodeInt(token, I64_MIN, U64_MAX) ?? Number(decoder.decode(token));
}
