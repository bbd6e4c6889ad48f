// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests that are stored together: each commit costs a millisecond, and writes the pages again
 * that the one before has written.
 * @module
 */

/**
 * Total length of requests, in bytes, from which no other is waited for. An event of a hook waits
 * while they are stored.
 */
const MAX_GATHERED_BYTES = 512 * 1024;

/** Lets requests that have been read wait for those that are still being read. */
export class Gathering {
  /** Number of requests that are being read. */
  #reading = 0;
  #bytes = 0;
  #group = Promise.withResolvers<void>();

  /**
   * Waits until a request has been read, and until no other is being read, or those that wait are
   * long enough together. Then all of them go on, in the order in which they have been read.
   *
   * @param read The work of reading it.
   * @param bytes Its length.
   * @returns The result of `read`.
   * @throws {unknown} The error of `read`.
   */
  async join<T>(read: Promise<T>, bytes: number): Promise<T> {
    this.#reading++;
    try {
      return await read;
    } finally {
      this.#reading--;
      this.#bytes += bytes;
      const { promise, resolve } = this.#group;
      if (this.#reading === 0 || this.#bytes >= MAX_GATHERED_BYTES) {
        this.#bytes = 0;
        this.#group = Promise.withResolvers();
        resolve();
      }
      await promise;
    }
  }
}
