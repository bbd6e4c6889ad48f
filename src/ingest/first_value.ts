// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where the first JSON value of an input ends.
 * @module
 */
import { joinBytes, JsonError, JsonScanner } from "../proto/mod.ts";

const MARK = [0xef, 0xbb, 0xbf];

/** Looks for the end in bytes that come in pieces, behind a byte order mark if there is one. */
export class FirstValue {
  readonly #scanner = new JsonScanner(undefined, { takesHalves: true });
  /** What may be the beginning of a mark, until it is known. */
  #held: Uint8Array | null = new Uint8Array();
  #used = 0;
  #isNoJson = false;

  /** Whether anything but white space has been seen. */
  get started(): boolean {
    return this.#scanner.started;
  }

  /** Bytes up to the value's end, mark included; null as long as it is not complete, and for what is no JSON. */
  get end(): number | null {
    return this.#scanner.complete ? this.#used : null;
  }

  /** Whether no end can come any more. */
  get isNoJson(): boolean {
    return this.#isNoJson;
  }

  /** Takes the next bytes; to be called until `end` is known. */
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
