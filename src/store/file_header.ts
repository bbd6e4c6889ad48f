// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the header of a store's file tells.
 *
 * The format is SQLite's: https://sqlite.org/fileformat2.html
 * @module
 */

/** Length of the header of a database file, which the first page begins with. */
export const FILE_HEADER_BYTES = 100;

/**
 * Returns the number of bytes that the header promises and the file does not have. A crash during a
 * checkpoint also leaves such a file, but with a WAL.
 *
 * @param header The first {@linkcode FILE_HEADER_BYTES} bytes.
 * @param size Of the file, in bytes.
 */
export function countMissing(header: Uint8Array, size: number): number {
  const view = new DataView(header.buffer);
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  const pages = view.getUint32(24) === view.getUint32(92)
    ? view.getUint32(28)
    : 0;
  return pages * pageBytes - size;
}
