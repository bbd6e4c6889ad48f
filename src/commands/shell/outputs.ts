// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stdout and stderr as commands use them.
 * @module
 */
import { ClosedPipeError, type Output } from "../../context/mod.ts";
import { FileError } from "./errors.ts";

/**
 * Stdout, for results. Knows whether anything was written, maps write errors to errors of the
 * commands, and keeps what agents wrote from acting on a terminal that shows JSON: text is escaped
 * where it is laid out.
 */
export class ResultOutput implements Output {
  hasOutput = false;
  readonly #inner: Output;
  readonly #isText: () => boolean;
  readonly #decoder = new TextDecoder();

  /** @param isText Whether the output is laid out for a person. */
  constructor(inner: Output, isText: () => boolean) {
    this.#inner = inner;
    this.#isText = isText;
  }

  isTerminal(): boolean {
    return this.#inner.isTerminal();
  }

  columns(): number | null {
    return this.#inner.columns();
  }

  /**
   * @throws {ClosedPipeError} If the reader closed the pipe.
   * @throws {FileError} If writing fails for another reason.
   */
  async write(bytes: Uint8Array, isBinary?: boolean): Promise<void> {
    this.hasOutput ||= bytes.length > 0;
    const shown = this.isTerminal() && !this.#isText()
      ? await this.#escape(bytes)
      : bytes;
    try {
      await this.#inner.write(shown, isBinary);
    } catch (error) {
      throw error instanceof ClosedPipeError ? error : writeFault(error);
    }
  }

  async #escape(bytes: Uint8Array): Promise<Uint8Array> {
    const { escapeJson } = await import("../../output/mod.ts");
    const piece = this.#decoder.decode(bytes, { stream: true });
    return new TextEncoder().encode(escapeJson(piece));
  }
}

/** Stderr, for messages. Write errors are ignored, as there is nowhere left to report them. */
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
      // The exit code still reports the failure.
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
