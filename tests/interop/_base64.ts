// SPDX-License-Identifier: AGPL-3.0-or-later
/** Bytes as text, for fixtures. */

/** Prints bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Reads what {@linkcode encodeBase64} printed. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
