// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Joins bytes that arrived in pieces.
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
