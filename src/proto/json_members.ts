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

/** The parts of a document's top level, found while it is scanned. */
export interface TopLevel {
  /** To be called for each token of the document. */
  readonly visit: JsonVisit;
  /** The members once all is scanned, with all duplicates; null if it is not an object. */
  readonly members: () => ObjectMembers | null;
  /** The elements once all is scanned; null if it is not an array. */
  readonly elements: () => JsonElement[] | null;
}

/** Returns what finds the parts of a document as a scanner reports its tokens. */
export function findTopLevel(bytes: Uint8Array): TopLevel {
  const members: Member[] = [];
  const elements: JsonElement[] = [];
  let open = -1;
  let close = -1;
  let isArray = false;
  let keyStart = 0;
  let key = "";
  let nestedStart = 0;
  const add = (kind: JsonKind, start: number, end: number) => {
    if (isArray) elements.push({ kind, start, end });
    else members.push({ key, keyStart, start, end, kind });
  };
  return {
    visit(token, start, end, depth) {
      if (depth > 1) return;
      if (depth === 0) {
        if (token === "[") isArray = true;
        else if (token === "{") open = start;
        else if (token === "}") close = start;
      } else if (token === "key") {
        keyStart = start;
        key = decodeString(bytes.subarray(start, end));
      } else if (token === "{" || token === "[") nestedStart = start;
      else if (token === "}") add("object", nestedStart, end);
      else if (token === "]") add("array", nestedStart, end);
      else add(token, start, end);
    },
    members: () => open < 0 ? null : { members, open, close },
    elements: () => isArray ? elements : null,
  };
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
  const found = findTopLevel(bytes);
  scanDocument(bytes, found.visit, maxDepth);
  return found.members();
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
  const found = findTopLevel(bytes);
  scanDocument(bytes, found.visit, maxDepth);
  return found.elements();
}
