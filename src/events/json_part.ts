// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Parts of a scanned JSON document. Only the requested texts are decoded.
 * @module
 */
import {
  decodeString,
  decodeText,
  findTopLevel,
  JsonError,
  type JsonKind,
  scanDocument,
  scanElements,
} from "../proto/mod.ts";
import { decodeKey, decodeToken } from "./_token.ts";

/** A JSON document. */
export interface JsonSource {
  readonly bytes: Uint8Array;
  /**
   * The document as text if each character is one byte, so that parts are cheap to read; else null.
   */
  readonly text: string | null;
}

/** A member of an object, by its offsets. */
export interface RawMember {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
  readonly kind: JsonKind;
}

/** One value of a document. `start` and `end` are offsets in bytes; `end` is exclusive. */
export interface JsonPart {
  readonly source: JsonSource;
  readonly kind: JsonKind;
  readonly start: number;
  readonly end: number;
  /** The members, if it is an object and the scanner noted them. */
  readonly members: readonly RawMember[] | null;
}

/** Maximum length of a line, in characters. */
const LINE_CHARS = 200;
/** A line is searched in this number of bytes at the beginning of a text. */
const HEAD_BYTES = 4096;
/** Length of the longest escape, a surrogate pair. */
const ESCAPE_BYTES = 12;
/**
 * Members of an object that are looked at, in the order of the text. No tool has as many arguments,
 * and each takes microseconds in which no other client is served.
 */
const MAX_MEMBERS = 4_096;
/** The engine copies slices up to this length. */
const MAX_COPIED_CHARS = 12;
const BACKSLASH = 0x5c;
const encoder = new TextEncoder();

/** Returns the bytes of a part. */
export function bytesOf({ source, start, end }: JsonPart): Uint8Array {
  return source.bytes.subarray(start, end);
}

/** Returns the text of a string; null for another value. */
export function textOf(part: JsonPart | null | undefined): string | null {
  if (part?.kind !== "string") return null;
  const { source: { bytes, text }, start, end } = part;
  if (text === null) return decodeToken(bytes, start, end);
  // A longer slice would keep the whole document in memory. A parsed text is a copy.
  if (end - start > MAX_COPIED_CHARS) return JSON.parse(text.slice(start, end));
  const plain = text.slice(start + 1, end - 1);
  return plain.includes("\\") ? JSON.parse(text.slice(start, end)) : plain;
}

/** Returns about the first `maxBytes` bytes of a string's text; null for another value. */
export function headText(
  part: JsonPart | null | undefined,
  maxBytes: number = HEAD_BYTES,
): string | null {
  if (part?.kind !== "string") return null;
  const { source: { bytes }, start, end } = part;
  if (end - start <= maxBytes + 2) return textOf(part);
  let cut = start + maxBytes;
  while (((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--; // inside a character
  for (let i = cut - 1; i > cut - ESCAPE_BYTES; i--) {
    if (bytes[i] !== BACKSLASH) continue;
    while (bytes[i - 1] === BACKSLASH) i--;
    cut = i; // an escape may be cut: end before the backslashes
    break;
  }
  const head = JSON.parse(`${decodeText(bytes.subarray(start, cut))}"`);
  return String(head).toWellFormed();
}

/**
 * Returns the last lines of a string's text, about `maxBytes` bytes; null for another value, and if
 * there is no line feed or other escape in them.
 */
export function tailText(
  part: JsonPart | null | undefined,
  maxBytes: number,
): string | null {
  if (part?.kind !== "string") return null;
  const { source: { bytes }, start, end } = part;
  if (end - start <= maxBytes + 2) return textOf(part);
  // The first of several backslashes always begins an escape.
  let cut = end - maxBytes;
  while (bytes[cut - 1] === BACKSLASH) cut++;
  while (cut < end && bytes[cut] !== BACKSLASH) cut++;
  if (cut >= end) return null;
  const tail = JSON.parse(`"${decodeText(bytes.subarray(cut, end))}`);
  return String(tail).toWellFormed();
}

/**
 * Returns a text as one line of at most 200 characters, with single blanks; null for a blank text.
 */
export function oneLine(text: string | null): string | null {
  if (text === null) return null;
  const line = text.slice(0, HEAD_BYTES).trim().replaceAll(/\s+/g, " ");
  return line === "" ? null : cutLine(line);
}

/**
 * Returns the first line of a text that is not blank, at most 200 characters; null if there is
 * none.
 */
export function firstLine(text: string | null): string | null {
  const [line] = text?.match(/\S[^\r\n\u2028\u2029]*/) ?? [];
  return line === undefined ? null : cutLine(line.trimEnd());
}

function cutLine(line: string): string {
  if (line.length <= LINE_CHARS) return line;
  return [...line.slice(0, 2 * LINE_CHARS)].slice(0, LINE_CHARS).join("");
}

/**
 * Returns the first members of an object, or of a string with the JSON of an object, at most
 * {@linkcode MAX_MEMBERS}; null for another value.
 */
export function readMembers(
  part: JsonPart | null | undefined,
): ReadonlyMap<string, JsonPart> | null {
  if (part?.kind === "object") {
    return part.members === null
      ? scanObject(bytesOf(part))
      : nameMembers(part.source, part.members);
  }
  if (part?.kind !== "string" || !/^\s*\{/.test(headText(part, 64) ?? "")) {
    return null;
  }
  try {
    return scanObject(encoder.encode(decodeString(bytesOf(part))));
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

/** Returns the first element of an array; null for another value and an empty array. */
export function firstElement(
  part: JsonPart | null | undefined,
): JsonPart | null {
  if (part?.kind !== "array") return null;
  const bytes = bytesOf(part);
  const [first] = scanElements(bytes) ?? [];
  if (first === undefined) return null;
  const { kind, start, end } = first;
  return { source: { bytes, text: null }, kind, start, end, members: null };
}

function nameMembers(
  source: JsonSource,
  members: readonly RawMember[],
): ReadonlyMap<string, JsonPart> {
  const named = new Map<string, JsonPart>();
  const first = members.slice(0, MAX_MEMBERS);
  for (const { keyStart, keyEnd, start, end, kind } of first) {
    const key = source.text?.slice(keyStart + 1, keyEnd - 1);
    named.set(
      key === undefined || key.includes("\\")
        ? decodeKey(source.bytes, keyStart, keyEnd)
        : key,
      { source, kind, start, end, members: null },
    );
  }
  return named;
}

function scanObject(bytes: Uint8Array): ReadonlyMap<string, JsonPart> | null {
  const found = findTopLevel(bytes);
  let keys = 0;
  scanDocument(bytes, (token, start, end, depth) => {
    if (depth === 1 && token === "key") keys++;
    if (keys <= MAX_MEMBERS || depth === 0) {
      found.visit(token, start, end, depth);
    }
  });
  const scanned = found.members();
  if (scanned === null) return null;
  const source = { bytes, text: null };
  const members = new Map<string, JsonPart>();
  for (const { key, kind, start, end } of scanned.members) {
    members.set(key, { source, kind, start, end, members: null });
  }
  return members;
}
