// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the header of a file, and those that a WAL holds for it.
 *
 * The format is SQLite's: https://sqlite.org/fileformat2.html
 * @module
 */
import { openToRead } from "../context/mod.ts";

/** Length of the header of a database file, which the first page begins with. */
export const FILE_HEADER_BYTES = 100;
/** Lengths of the header of a WAL, and of that before each of its pages. */
export const WAL_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
/** Places of two random numbers, which are other ones after each restart of the WAL. */
const WAL_SALTS_AT = 16;
const FRAME_SALTS_AT = 8;

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

/**
 * Returns the random numbers of a WAL; null if it is empty or missing.
 *
 * @param path Path of the WAL.
 * @throws {HomeError} If the file cannot be read.
 */
export function walSalts(path: string): bigint | null {
  using file = openToRead(path);
  const header = file && readAt(file, 0, WAL_HEADER_BYTES);
  return header && header.getBigUint64(WAL_SALTS_AT);
}

function readAt(
  file: Deno.FsFile,
  at: number,
  length: number,
): DataView<ArrayBuffer> | null {
  const bytes = new Uint8Array(length);
  file.seekSync(at, Deno.SeekMode.Start);
  return file.readSync(bytes) === length ? new DataView(bytes.buffer) : null;
}

/**
 * Lists the headers of the file after each transaction that has changed its first page. Closing the
 * WAL drops no lock: SQLite's are on other files.
 *
 * @param path Path of the WAL.
 * @returns Bytes as text, as `RawPages.header` gives them.
 * @throws {HomeError} If the file cannot be read.
 */
export function walHeaders(path: string): string[] {
  using file = openToRead(path);
  if (file === null) return [];
  const wal = readAt(file, 0, WAL_HEADER_BYTES);
  if (wal === null) return [];
  const pageBytes = wal.getUint32(8);
  const salts = wal.getBigUint64(WAL_SALTS_AT);
  const headers: string[] = [];
  for (
    let at = WAL_HEADER_BYTES;;
    at += FRAME_HEADER_BYTES + pageBytes
  ) {
    const frame = readAt(file, at, FRAME_HEADER_BYTES);
    if (frame?.getBigUint64(FRAME_SALTS_AT) !== salts) return headers;
    if (frame.getUint32(0) !== 1) continue;
    const header = readAt(file, at + FRAME_HEADER_BYTES, FILE_HEADER_BYTES);
    if (header !== null) headers.push(new Uint8Array(header.buffer).join());
  }
}
