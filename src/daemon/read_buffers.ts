// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Memory that requests are read into, used again and again: made anew for each, it would keep the garbage collector busy.
 * @module
 */

import { REQUEST_READ_BYTES } from "../frame/mod.ts";

/** Buffers that are kept while nobody uses them: 256 KiB of them. */
export const MAX_SPARE_BUFFERS = 64;

/** Buffers for the first read of a request; there are as many as connections read at once. */
export class ReadBuffers {
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Buffers that nobody uses. */
  get spare(): number {
    return this.#spare.length;
  }

  /** Returns a buffer with anything in it, to be given back when nothing refers to its bytes any more. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(REQUEST_READ_BYTES);
  }

  /** Takes a buffer back. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < MAX_SPARE_BUFFERS) this.#spare.push(buffer);
  }
}
