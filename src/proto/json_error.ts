// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The error for a text that is not JSON.
 * @module
 */

/** The bytes break the strict rules of JSON, or end before a value is complete. */
export class JsonError extends SyntaxError {
  override get name(): string {
    return "JsonError";
  }

  /**
   * @param reason What is wrong, in a few words.
   * @param offset The byte at which the error was found, counted from 0.
   * @param document All bytes, for a message with line and column, counted in bytes from 1.
   */
  constructor(
    readonly reason: string,
    readonly offset: number,
    document?: Uint8Array,
  ) {
    super(`${reason} at ${locate(offset, document)}`);
  }
}

function locate(offset: number, document: Uint8Array | undefined): string {
  if (document === undefined) return `offset ${offset}`;
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset; i++) {
    if (document[i] !== 0x0a) continue;
    line++;
    lineStart = i + 1;
  }
  return `line ${line} column ${offset - lineStart + 1}`;
}
