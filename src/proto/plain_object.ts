// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads plain objects with the engine's parser, in a tenth of the scanner's time. An object is
 * plain if the scanner certainly accepts it, too.
 * @module
 */
import { MAX_DEPTH } from "./limits.ts";

/** An object and its text. */
export interface PlainObject {
  /** From the opening to the closing brace. */
  text: string;
  /** The offset after the closing brace, in bytes. */
  end: number;
  /** The last of several members with the same key. */
  members: Readonly<Record<string, unknown>>;
}

/**
 * Reads one object. White space around it is allowed.
 *
 * Of a repeated key only the last value is checked, so a daemon may refuse an object that this
 * accepts.
 *
 * @returns Null if only the scanner can tell whether the object is valid.
 */
export function readPlainObject(bytes: Uint8Array): PlainObject | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    if (Array.isArray(value) || !isPlain(value, MAX_DEPTH)) return null;
    // This escape may be half of a surrogate pair.
    if (text.includes("\\u") && /\\u[dD]/.test(text)) return null;
    const trimmed = text.trimEnd();
    return {
      text: trimmed.trimStart(),
      end: bytes.length - (text.length - trimmed.length),
      members: { ...value },
    };
  } catch {
    return null;
  }
}

/** Whether doubles hold all numbers exactly, and arrays and objects nest at most `levels` deep. */
function isPlain(value: unknown, levels: number): boolean {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) || !Number.isInteger(value) &&
        Number.isFinite(value);
  }
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 &&
    Object.values(value).every((part) => isPlain(part, levels - 1));
}
