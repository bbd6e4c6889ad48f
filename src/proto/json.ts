// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON values with exact integers. The scanner decides what is valid; the engine's own parser then makes the values where it can.
 *
 * @module
 */
import { scanDocument } from "./json_document.ts";
import { decodeInt, decodeString, decodeText } from "./json_text.ts";
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

/** A shorter integer is always safe as a number. */
const UNSAFE_DIGITS = 16;
const POINT = 0x2e;

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
  return isSafe ? JSON.parse(decodeText(bytes)) : buildExact(bytes, maxDepth);
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
  return decodeInt(token, I64_MIN, U64_MAX) ?? Number(decodeText(token));
}
