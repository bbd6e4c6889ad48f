// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Edits the text of an object and keeps every other byte.
 * @module
 */
import { encodeJson } from "./json_text.ts";
import { scanMembers } from "./json_members.ts";

/** One member to set. */
export interface Edit {
  key: string;
  /** JSON text, inserted as it is. */
  value: string;
}

interface Cut {
  start: number;
  end: number;
  text: string;
}

/**
 * Sets members of the document's object and keeps its other bytes.
 *
 * If a key is repeated, the last member counts: its value is replaced, and the earlier ones stay. A
 * missing key is inserted directly after the opening brace. Of several edits of one key the last
 * counts.
 *
 * @param members The result of `scanMembers(bytes)`, if there is one: saves a second scan of a
 * large document.
 * @throws {JsonError} If `bytes` are not strictly JSON.
 * @throws {TypeError} If they are JSON, but not an object.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode('{ "n": 1.0, "n": 2 }');
 * const edited = setMembers(bytes, [
 *   { key: "n", value: "3" },
 *   { key: "ok", value: "true" },
 * ]);
 * assertEquals(new TextDecoder().decode(edited), '{"ok":true, "n": 1.0, "n": 3 }');
 * ```
 */
export function setMembers(
  bytes: Uint8Array,
  edits: readonly Edit[],
  members = scanMembers(bytes),
): Uint8Array {
  if (members === null) {
    throw new TypeError("Cannot set members: the document is not an object");
  }
  const missing = new Map(edits.map(({ key, value }) => [key, value]));
  const cuts: Cut[] = [];
  for (const { key, start, end } of members.members.toReversed()) {
    const text = missing.get(key);
    if (text === undefined) continue;
    cuts.unshift({ start, end, text });
    missing.delete(key);
  }
  if (missing.size > 0) {
    const added = [...missing].map(([key, value]) =>
      `${encodeJson(key)}:${value}`
    );
    if (members.members.length > 0) added.push("");
    const start = members.open + 1;
    cuts.unshift({ start, end: start, text: added.join(",") });
  }
  return applyCuts(bytes, cuts);
}

function applyCuts(bytes: Uint8Array, cuts: readonly Cut[]): Uint8Array {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const { start, end, text } of cuts) {
    pieces.push(bytes.subarray(done, start), encoder.encode(text));
    done = end;
  }
  pieces.push(bytes.subarray(done));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const result = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}
