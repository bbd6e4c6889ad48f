// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Output with its secrets replaced.
 * @module
 */
import type { Output } from "../../context/mod.ts";
import { makeRedactor } from "../../privacy/mod.ts";

/**
 * Replaces the secrets of what is written. JSON arrives in pieces that may end inside a secret.
 * Therefore each piece is held back after its last quote or line feed: no secret has one.
 */
export class RedactedOutput implements Output {
  readonly #inner: Output;
  readonly #redact = makeRedactor();
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  readonly #isText: boolean;
  #held = "";

  /** @param options `isText`: each write is a text of its own, and nothing is held back. */
  constructor(inner: Output, { isText }: { isText: boolean }) {
    this.#inner = inner;
    this.#isText = isText;
  }

  isTerminal(): boolean {
    return this.#inner.isTerminal();
  }

  columns(): number | null {
    return this.#inner.columns();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const piece = this.#decoder.decode(bytes, { stream: true });
    const end = this.#endOf(piece);
    if (end === 0) {
      this.#held += piece;
      return;
    }
    const text = this.#held + piece.slice(0, end);
    this.#held = piece.slice(end);
    await this.#print(text);
  }

  /** Writes what was held back. */
  async end(): Promise<void> {
    const rest = this.#held + this.#decoder.decode();
    this.#held = "";
    await this.#print(rest);
  }

  async #print(text: string): Promise<void> {
    if (text === "") return;
    await this.#inner.write(this.#encoder.encode(this.#redact(text)));
  }

  /** Returns how much of a piece can be written now. */
  #endOf(piece: string): number {
    // The spaces with which a command finds out whether its reader is there are no part of a
    // secret.
    if (this.#isText || (this.#held === "" && piece.trim() === "")) {
      return piece.length;
    }
    return 1 + Math.max(piece.lastIndexOf('"'), piece.lastIndexOf("\n"));
  }
}
