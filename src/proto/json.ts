// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decodes JSON values with exact integers. The scanner decides whether a text is valid; the
 * engine's parser then makes the values if all its numbers are safe.
 *
 * @module
 */
import { scanDocument } from "./json_document.ts";
import { decodeInt, decodeString, decodeText } from "./json_text.ts";
import { I64_MIN, MAX_DEPTH, U64_MAX } from "./limits.ts";

/** Any JSON value. {@linkcode decodeJson} says when a number is a bigint. */
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

/** An integer with fewer digits is always safe as a number. */
const UNSAFE_DIGITS = 16;
const POINT = 0x2e;

/**
 * Decodes a document by the scanner's strict rules. White space around it is allowed.
 *
 * An integer literal (no fraction, no exponent) that is not safe as a number becomes a bigint if it
 * fits 64 bits. All other numbers become doubles. The last of several members with the same key
 * wins, and `__proto__` is a key like any other.
 *
 * @param maxDepth Maximum nesting of arrays and objects.
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
  return isSafe ? JSON.parse(decodeText(bytes)) : buildExact(bytes, maxDepth);
}

/** Builds the value token by token, with bigints and without recursion. */
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
  return decodeInt(token, I64_MIN, U64_MAX) ?? Number(decodeText(token));
}
