// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Scans whole documents.
 * @module
 */
import { skipString } from "./_skip_string.ts";
import { JsonError, JsonScanner, type JsonVisit } from "./json_scan.ts";
import { isSpace } from "./json_space.ts";
import { MAX_DEPTH } from "./limits.ts";

/** Bytes that are scanned at once: as many as take some hundred microseconds if they are dense. */
const PIECE_BYTES = 16 * 1024;

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
    endDocument(scanner, bytes, scanner.write(bytes));
  } catch (error) {
    throw locateError(error, bytes);
  }
}

/**
 * Does the same in pieces of some kilobytes, with a step after each, so that a caller can do
 * something else in between.
 *
 * @param mayGoOn Tells, after the value, whether anything may follow it.
 * @returns The number of bytes up to the end of the value.
 * @throws {JsonError} As {@linkcode scanDocument}.
 */
export function* scanInPieces(
  bytes: Uint8Array,
  visit: JsonVisit,
  mayGoOn = () => false,
): Generator<void, number, void> {
  try {
    const scanner = new JsonScanner(visit, { skip: skipString });
    let i = 0;
    let end = 0;
    while (end < bytes.length && !scanner.complete) {
      if (end > 0) yield;
      end = Math.min(end + PIECE_BYTES, bytes.length);
      i += scanner.write(bytes.subarray(i, end));
    }
    if (!scanner.complete || !mayGoOn()) endDocument(scanner, bytes, i);
    return i;
  } catch (error) {
    throw locateError(error, bytes);
  }
}

/** Checks that only white space follows the value. */
function endDocument(
  scanner: JsonScanner,
  bytes: Uint8Array,
  from: number,
): void {
  scanner.end();
  let i = from;
  while (isSpace(bytes[i])) i++;
  if (i < bytes.length) throw new JsonError("trailing characters", i);
}

function locateError(error: unknown, bytes: Uint8Array): unknown {
  return error instanceof JsonError
    ? new JsonError(error.reason, error.offset, bytes)
    : error;
}
