// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Joins bytes that arrive in pieces.
 * @module
 */

/** Returns all parts as one array. A single part is returned without a copy. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Returns an array that has room for `needed` bytes and begins with the `used` ones of `buffer`. It
 * is `buffer`, or at least twice as long, so that bytes are seldom copied as more arrive.
 */
export function growBytes(
  buffer: Uint8Array<ArrayBuffer>,
  used: number,
  needed: number,
): Uint8Array<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const grown = new Uint8Array(Math.max(needed, 2 * buffer.length));
  grown.set(buffer.subarray(0, used));
  return grown;
}
