// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stdout and stderr with what commands need to know of them.
 * @module
 */
import { ClosedPipeError, type Output } from "../../context/mod.ts";
import { FileError } from "./errors.ts";

/** Where results go: knows whether any went, and says in our terms why they cannot. */
export class ResultOutput implements Output {
  hasOutput = false;
  readonly #inner: Output;

  constructor(inner: Output) {
    this.#inner = inner;
  }

  isTerminal(): boolean {
    return this.#inner.isTerminal();
  }

  columns(): number | null {
    return this.#inner.columns();
  }

  /** @throws {ClosedPipeError} If the reader has gone away. @throws {FileError} If it cannot be written otherwise. */
  async write(bytes: Uint8Array): Promise<void> {
    this.hasOutput ||= bytes.length > 0;
    try {
      await this.#inner.write(bytes);
    } catch (error) {
      throw error instanceof ClosedPipeError ? error : writeFault(error);
    }
  }
}

/** Where messages go: if nobody takes them, there is nobody to tell. */
export class MessageOutput implements Output {
  readonly #inner: Output;

  constructor(inner: Output) {
    this.#inner = inner;
  }

  isTerminal(): boolean {
    return this.#inner.isTerminal();
  }

  columns(): number | null {
    return this.#inner.columns();
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#inner.write(bytes);
    } catch {
      // The exit code still tells.
    }
  }
}

function writeFault(error: unknown): FileError {
  const reason = error instanceof Error
    ? error.message.replace(/ \(os error \d+\)$/, "")
    : String(error);
  const words = reason.charAt(0).toLowerCase() + reason.slice(1);
  return new FileError(`Cannot write the result: ${words}`);
}
