// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Standard input and output as the program sees them, and as tests fake them.
 * @module
 */

/** A source of bytes. */
export interface Input {
  isTerminal(): boolean;
  /**
   * Reads at most `into.length` bytes.
   *
   * @returns The number of bytes read, or null at the end.
   */
  read(into: Uint8Array): Promise<number | null>;
}

/** A destination of bytes. */
export interface Output {
  isTerminal(): boolean;
  /** Returns the width of the terminal in cells, or null if this is no terminal. */
  columns(): number | null;
  /**
   * Writes all of `bytes`. When it resolves, the bytes have left this process.
   *
   * @param isBinary True: line feeds may be anywhere in the bytes, also after a long part without.
   * @throws {ClosedPipeError} If the reader has gone away.
   */
  write(bytes: Uint8Array, isBinary?: boolean): Promise<void>;
}
