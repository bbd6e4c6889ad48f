// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Limits what a command holds of an answer that it cannot pass on.
 * @module
 */
import { ProtocolError } from "../../client/mod.ts";

/** Most bytes to hold: decoded, they take several times that. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** Counts the bytes that are held. */
export class HoldLimit {
  #bytes = 0;
  readonly #advice: string;
  readonly #maxBytes: number;

  /** @param advice How to get along with less. */
  constructor(advice: string, maxBytes: number = MAX_HELD_BYTES) {
    this.#advice = advice;
    this.#maxBytes = maxBytes;
  }

  /**
   * Counts bytes that are about to be held.
   *
   * @throws {ProtocolError} If they are too many with those before.
   */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    throw new ProtocolError(
      `Cannot hold an answer of more than ${this.#maxBytes} bytes: ${this.#advice}`,
    );
  }
}
