// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One pass over a document.
 * @module
 */
import { JsonError, JsonScanner, type JsonVisit } from "../proto/mod.ts";

/**
 * Reports each token of `bytes`, which must be one JSON value and white space.
 *
 * @throws {JsonError} If they are not, with line and column.
 */
export function scanDocument(bytes: Uint8Array, visit: JsonVisit): void {
  try {
    const scanner = new JsonScanner(visit);
    let used = scanner.write(bytes);
    scanner.end();
    while (isSpace(bytes[used])) used++;
    if (used < bytes.length) throw new JsonError("trailing characters", used);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new JsonError(error.reason, error.offset, bytes);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
