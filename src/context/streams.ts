// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Standard input and output as the program sees them, and as tests fake them.
 * @module
 */

/** Where bytes come from. */
export interface Input {
  isTerminal(): boolean;
  /** Reads at most `into.length` bytes; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** Where bytes go. */
export interface Output {
  isTerminal(): boolean;
  /** Width of the terminal in cells; null if it is none. */
  columns(): number | null;
  /**
   * Writes all of `bytes`; when it resolves they are out of this process.
   *
   * @throws {ClosedPipeError} If the reader has gone away.
   */
  write(bytes: Uint8Array): Promise<void>;
}
