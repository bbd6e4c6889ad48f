// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where the parts of a document's top level lie.
 *
 * @module
 */
import { decodeString } from "./json.ts";
import { checkDocument } from "./json_document.ts";
import type { JsonScalar, JsonToken } from "./json_scan.ts";

/** What a value is. */
export type JsonKind = "object" | "array" | JsonScalar;

/** A value's kind and its bytes, `end` exclusive. */
export interface JsonElement {
  kind: JsonKind;
  start: number;
  end: number;
}

/** A member of an object; `start` and `end` are those of its value, `keyStart` is the opening quote of its key. */
export interface Member extends JsonElement {
  key: string;
  keyStart: number;
}

/** The members of an object and the offsets of its braces. */
export interface ObjectMembers {
  members: Member[];
  open: number;
  close: number;
}

interface Parts {
  top: JsonToken;
  open: number;
  close: number;
  keys: [start: number, end: number][];
  values: JsonElement[];
}

/**
 * Finds the members of the document's object, in the order of the text and with all duplicates.
 *
 * @returns `null` if the document is valid but not an object.
 * @throws {JsonError} If `bytes` are not strictly JSON, however deep.
 */
export function scanMembers(bytes: Uint8Array): ObjectMembers | null {
  const { top, open, close, keys, values } = scanParts(bytes);
  if (top !== "}") return null;
  const members = values.map((value, i) => {
    const [keyStart, keyEnd] = keys[i] ?? [0, 0];
    const key = decodeString(bytes.subarray(keyStart, keyEnd));
    return { key, keyStart, ...value };
  });
  return { members, open, close };
}

/**
 * Finds the elements of the document's array.
 *
 * @returns `null` if the document is valid but not an array.
 * @throws {JsonError} If `bytes` are not strictly JSON, however deep.
 */
export function scanElements(bytes: Uint8Array): JsonElement[] | null {
  const { top, values } = scanParts(bytes);
  return top === "]" ? values : null;
}

function scanParts(bytes: Uint8Array): Parts {
  const parts: Parts = { top: "null", open: 0, close: 0, keys: [], values: [] };
  let nested = 0;
  checkDocument(bytes, (token, start, end, depth) => {
    if (depth === 0) {
      if (token === "{" || token === "[") parts.open = start;
      parts.top = token;
      parts.close = start;
    } else if (depth === 1) {
      if (token === "key") parts.keys.push([start, end]);
      else if (token === "{" || token === "[") nested = start;
      else if (token === "}") {
        parts.values.push({ kind: "object", start: nested, end });
      } else if (token === "]") {
        parts.values.push({ kind: "array", start: nested, end });
      } else parts.values.push({ kind: token, start, end });
    }
  });
  return parts;
}
