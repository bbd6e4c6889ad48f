// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Buffers that requests are read into. They are reused, because a new one for each request would
 * keep the garbage collector busy.
 * @module
 */

import { REQUEST_READ_BYTES } from "../frame/mod.ts";

/** Maximum number of unused buffers that are kept: 256 KiB of them. */
export const MAX_SPARE_BUFFERS = 64;

/** Buffers for the first read of a request; at most as many as connections that read at once. */
export class ReadBuffers {
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Unused buffers. */
  get spare(): number {
    return this.#spare.length;
  }

  /** Returns a buffer with arbitrary content. Give it back when nothing refers to its bytes. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(REQUEST_READ_BYTES);
  }

  /** Takes a buffer back. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < MAX_SPARE_BUFFERS) this.#spare.push(buffer);
  }
}
