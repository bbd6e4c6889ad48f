// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decodes string tokens quickly: an event has dozens of keys, and most strings have no escapes.
 * @module
 */
import { decodeString } from "../proto/mod.ts";

const BACKSLASH = 0x5c;
/** Maximum length in bytes of a key that is decoded byte by byte. */
const SHORT_KEY_BYTES = 40;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whether the token from `start` to `end` contains an escape. */
export function hasEscape(
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}

/**
 * Returns the text of the string token from `start` to `end`, quotes included, as the scanner
 * reports it.
 */
export function decodeToken(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  return hasEscape(bytes, start, end)
    ? decodeString(bytes.subarray(start, end))
    : decoder.decode(bytes.subarray(start + 1, end - 1));
}

/** Does the same for a key. The text is for comparison; do not keep it. */
export function decodeKey(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (end - start > SHORT_KEY_BYTES) return decodeToken(bytes, start, end);
  let text = "";
  for (let i = start + 1; i < end - 1; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === BACKSLASH || byte >= 0x80) {
      return decodeToken(bytes, start, end);
    }
    text += String.fromCharCode(byte);
  }
  return text;
}
