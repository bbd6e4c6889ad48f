// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Short texts from values that may be long: only as much is decoded as is wanted.
 * @module
 */
import { decodeString, JsonError, scanMembers } from "../proto/mod.ts";
import { decodeToken } from "./_token.ts";
import type { ValueBytes } from "./payload.ts";

/** Longest line that is kept of a text, in characters. */
const LINE_CHARS = 200;
/** A line is looked for in as many bytes of a text. */
const HEAD_BYTES = 4096;
/** Longest escape, that of a surrogate pair. */
const ESCAPE_BYTES = 12;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const encoder = new TextEncoder();

/** Returns the text of a string value, or about its first `maxBytes` bytes; null if it is no string. */
export function headText(
  value: ValueBytes | null | undefined,
  maxBytes: number = HEAD_BYTES,
): string | null {
  if (value?.kind !== "string") return null;
  const { bytes } = value;
  if (bytes.length <= maxBytes + 2) return decodeToken(bytes, 0, bytes.length);
  let end = maxBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // inside a character
  for (let i = end - 1; i > end - ESCAPE_BYTES; i--) {
    if (bytes[i] !== BACKSLASH) continue;
    let first = i;
    while (bytes[first - 1] === BACKSLASH) first--;
    end = first; // an escape may be cut: end before the row of backslashes
    break;
  }
  const head = new Uint8Array(end + 1);
  head.set(bytes.subarray(0, end));
  head[end] = QUOTE;
  return decodeString(head).toWellFormed();
}

/** Returns a text as one line: white space is a single blank, and no more than 200 characters; null for a blank one. */
export function oneLine(text: string | null): string | null {
  if (text === null) return null;
  const line = text.slice(0, HEAD_BYTES).trim().replaceAll(/\s+/g, " ");
  return line === "" ? null : cutLine(line);
}

/** Returns the first line of a text that is not blank, 200 characters at most; null if there is none. */
export function firstLine(text: string | null): string | null {
  const [line] = text?.match(/\S[^\r\n\u2028\u2029]*/) ?? [];
  return line === undefined ? null : cutLine(line.trimEnd());
}

function cutLine(line: string): string {
  if (line.length <= LINE_CHARS) return line;
  return [...line.slice(0, 2 * LINE_CHARS)].slice(0, LINE_CHARS).join("");
}

/** Returns the members of an object, or of a string that holds the JSON of one; null for everything else. */
export function readMembers(
  value: ValueBytes | null | undefined,
): ReadonlyMap<string, ValueBytes> | null {
  if (value?.kind === "object") return membersOf(value.bytes);
  if (value?.kind !== "string" || !/^\s*\{/.test(headText(value, 64) ?? "")) {
    return null;
  }
  try {
    return membersOf(encoder.encode(decodeString(value.bytes)));
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

function membersOf(bytes: Uint8Array): ReadonlyMap<string, ValueBytes> | null {
  const scanned = scanMembers(bytes);
  if (scanned === null) return null;
  const members = new Map<string, ValueBytes>();
  for (const { key, kind, start, end } of scanned.members) {
    members.set(key, { kind, bytes: bytes.subarray(start, end) });
  }
  return members;
}
