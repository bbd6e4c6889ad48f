// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the parts of a document's top level.
 * @module
 */
import { decodeString } from "./json_text.ts";
import { scanDocument } from "./json_document.ts";
import type { JsonScalar, JsonVisit } from "./json_scan.ts";
import { MAX_DEPTH } from "./limits.ts";

/** The kind of a value. */
export type JsonKind = "object" | "array" | JsonScalar;

/** A value's kind and its position in bytes, `end` exclusive. */
export interface JsonElement {
  kind: JsonKind;
  start: number;
  end: number;
}

/** A member of an object. `start` and `end` are those of the value. */
export interface Member extends JsonElement {
  key: string;
  /** Offset of the key's opening quote. */
  keyStart: number;
}

/** The members of an object and the offsets of its braces. */
export interface ObjectMembers {
  members: Member[];
  open: number;
  close: number;
}

/**
 * Finds the members of the document's object, in the order of the text and with all duplicates.
 *
 * @param maxDepth Maximum nesting of arrays and objects.
 * @returns `null` if the document is valid but not an object.
 * @throws {JsonError} If `bytes` are not strictly JSON at any level.
 */
export function scanMembers(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): ObjectMembers | null {
  const members: Member[] = [];
  let open = -1;
  let close = -1;
  let keyStart = 0;
  let key = "";
  const visitValue = visitParts((kind, start, end) => {
    members.push({ key, keyStart, start, end, kind });
  });
  scanDocument(bytes, (token, start, end, depth) => {
    if (token === "key" && depth === 1) {
      keyStart = start;
      key = decodeString(bytes.subarray(start, end));
    } else if (token === "{" && depth === 0) open = start;
    else if (token === "}" && depth === 0) close = start;
    else visitValue(token, start, end, depth);
  }, maxDepth);
  return open < 0 ? null : { members, open, close };
}

/**
 * Finds the elements of the document's array.
 *
 * @param maxDepth Maximum nesting of arrays and objects.
 * @returns `null` if the document is valid but not an array.
 * @throws {JsonError} If `bytes` are not strictly JSON at any level.
 */
export function scanElements(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): JsonElement[] | null {
  const elements: JsonElement[] = [];
  let isArray = false;
  const visitValue = visitParts((kind, start, end) => {
    elements.push({ kind, start, end });
  });
  scanDocument(bytes, (token, start, end, depth) => {
    if (token === "[" && depth === 0) isArray = true;
    else visitValue(token, start, end, depth);
  }, maxDepth);
  return isArray ? elements : null;
}

/** Returns a visitor that calls `found` for each value directly inside the outermost brackets. */
function visitParts(
  found: (kind: JsonKind, start: number, end: number) => void,
): JsonVisit {
  let nestedStart = 0;
  return (token, start, end, depth) => {
    if (depth !== 1 || token === "key") return;
    if (token === "{" || token === "[") nestedStart = start;
    else if (token === "}") found("object", nestedStart, end);
    else if (token === "]") found("array", nestedStart, end);
    else found(token, start, end);
  };
}
