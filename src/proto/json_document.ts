// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Scans whole documents.
 * @module
 */
import { JsonError, JsonScanner, type JsonVisit } from "./json_scan.ts";
import { isSpace } from "./json_space.ts";
import { MAX_DEPTH } from "./limits.ts";

/**
 * Checks that `bytes` are one JSON value with optional white space around it.
 *
 * @param visit Called for each token, also for the tokens before an error.
 * @param maxDepth As for {@linkcode JsonScanner}.
 * @throws {JsonError} If they are not. The message has line and column.
 */
export function scanDocument(
  bytes: Uint8Array,
  visit?: JsonVisit,
  maxDepth: number = MAX_DEPTH,
): void {
  try {
    const scanner = new JsonScanner(visit, { maxDepth });
    let i = scanner.write(bytes);
    scanner.end();
    while (isSpace(bytes[i])) i++;
    if (i < bytes.length) throw new JsonError("trailing characters", i);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new JsonError(error.reason, error.offset, bytes);
  }
}
