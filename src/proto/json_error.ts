// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How a text is said not to be JSON.
 *
 * @module
 */

/** The bytes are not JSON by the strict rules, or stop before a value is complete. */
export class JsonError extends SyntaxError {
  override get name(): string {
    return "JsonError";
  }

  /**
   * @param reason What is wrong, in a few words.
   * @param offset The byte where it shows, counted from 0.
   * @param document All bytes, if at hand: the message then has line and column, counted in bytes from 1.
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
