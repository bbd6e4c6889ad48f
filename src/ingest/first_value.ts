// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the end of the first JSON value in an input.
 * @module
 */
import { joinBytes, JsonError, JsonScanner } from "../proto/mod.ts";

const MARK = [0xef, 0xbb, 0xbf];

/** Looks for the end in bytes that arrive in pieces, after a byte order mark if there is one. */
export class FirstValue {
  readonly #scanner = new JsonScanner(undefined, { takesHalves: true });
  /** Bytes that may be the beginning of a mark, until that is known. */
  #held: Uint8Array | null = new Uint8Array();
  #used = 0;
  #isNoJson = false;

  /** Whether a byte other than white space has been seen. */
  get started(): boolean {
    return this.#scanner.started;
  }

  /**
   * Number of bytes up to the value's end, including the mark. Null while it is incomplete, and if
   * the input is not JSON.
   */
  get end(): number | null {
    return this.#scanner.complete ? this.#used : null;
  }

  /** Whether the input is not JSON, so that no end can follow. */
  get isNoJson(): boolean {
    return this.#isNoJson;
  }

  /** Takes the next bytes. Call it until `end` is known. */
  write(chunk: Uint8Array): void {
    if (this.#held === null) return this.#scan(chunk);
    const all = joinBytes([this.#held, chunk]);
    const isMarkSoFar = all.subarray(0, MARK.length).every((byte, i) =>
      byte === MARK[i]
    );
    this.#held = isMarkSoFar && all.length < MARK.length ? all : null;
    if (this.#held !== null) return;
    if (isMarkSoFar) this.#used = MARK.length;
    this.#scan(all.subarray(this.#used));
  }

  #scan(bytes: Uint8Array): void {
    if (this.#isNoJson) return;
    try {
      this.#used += this.#scanner.write(bytes);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#isNoJson = true;
    }
  }
}
