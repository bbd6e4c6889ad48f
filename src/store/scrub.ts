// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Overwrites the remains of deleted texts in the file's pages.
 *
 * SQLite overwrites a deleted cell (`secure_delete`). When it moves cells to another page, however,
 * it leaves copies in the space between the list of cells and the first cell. SQLite does not use
 * that space, so it can be overwritten in the file itself.
 * @module
 */
import { FILE_HEADER_BYTES } from "./file_header.ts";

/**
 * Types of pages of tables and indexes: inner pages, whose header is four bytes longer, and leaves.
 */
const INNER_TYPES: ReadonlySet<number> = new Set([2, 5]);
const LEAF_TYPES: ReadonlySet<number> = new Set([10, 13]);
/** Length of an entry in a map page. */
const MAP_ENTRY_BYTES = 5;
/** Length of a free block's header: the offset of the next block, and its own length. */
const BLOCK_HEADER_BYTES = 4;

/**
 * Tells whether a page is a map page: it lists the parents of the pages that follow it, and has no
 * cells.
 *
 * @param number Of the page; the first is 1.
 */
export function isMapPage(number: number, pageBytes: number): boolean {
  return (number - 2) % (Math.floor(pageBytes / MAP_ENTRY_BYTES) + 1) === 0;
}

/**
 * Overwrites the free space of a page in memory.
 *
 * @param number Of the page; the first is 1.
 * @returns Whether the free space had any content. A page in an unknown form stays unchanged.
 */
export function scrubPage(page: Uint8Array, number: number): boolean {
  if (isMapPage(number, page.length)) return false;
  const header = number === 1 ? FILE_HEADER_BYTES : 0;
  const type = page[header] ?? 0;
  const isInner = INNER_TYPES.has(type);
  if (!isInner && !LEAF_TYPES.has(type)) return false;
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const cells = view.getUint16(header + 3);
  const list = header + (isInner ? 12 : 8);
  const from = list + 2 * cells;
  // 0 stands for 65,536.
  const to = view.getUint16(header + 5) || 65_536;
  if (from > to || to > page.length) return false;
  for (let at = list; at < from; at += 2) {
    const cell = view.getUint16(at);
    if (cell < to || cell >= page.length) return false;
  }
  const free = [[from, to]];
  for (let at = view.getUint16(header + 1); at !== 0;) {
    if (at < to || at + BLOCK_HEADER_BYTES > page.length) return false;
    const end = at + view.getUint16(at + 2);
    const next = view.getUint16(at);
    // The blocks are in ascending order, so the loop ends.
    if (end > page.length || next !== 0 && next <= at) return false;
    free.push([at + BLOCK_HEADER_BYTES, end]);
    at = next;
  }
  let isChanged = false;
  for (const [start, end] of free) {
    const part = page.subarray(start, end);
    if (part.every((byte) => byte === 0)) continue;
    part.fill(0);
    isChanged = true;
  }
  return isChanged;
}

/** The store as a file of pages. Closing its descriptor would drop SQLite's locks. */
export class RawPages {
  readonly #file: Deno.FsFile;
  readonly #pageBytes: number;

  constructor(file: Deno.FsFile, pageBytes: number) {
    this.#file = file;
    this.#pageBytes = pageBytes;
  }

  /** Number of pages. */
  get count(): number {
    return Math.floor(this.#file.statSync().size / this.#pageBytes);
  }

  /**
   * Looks at the open file, which the user may have renamed.
   *
   * @returns Null if that fails: the runtime also follows the old name, perhaps a loop of links.
   */
  look(): Deno.FileInfo | null {
    try {
      return this.#file.statSync();
    } catch {
      return null;
    }
  }

  /** Reads the header of the file: its bytes as text. It is short while it is copied over. */
  header(): string {
    const bytes = new Uint8Array(FILE_HEADER_BYTES);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    return bytes.subarray(0, this.#file.readSync(bytes) ?? 0).join();
  }

  /**
   * Scrubs some pages.
   *
   * @param first Number of the first page, from 1.
   * @returns Number of pages that were changed.
   */
  scrub(first: number, count: number): number {
    const size = this.#pageBytes;
    const pages = new Uint8Array(count * size);
    this.#file.seekSync((first - 1) * size, Deno.SeekMode.Start);
    const have = this.#file.readSync(pages) ?? 0;
    let changed = 0;
    for (let i = 0; (i + 1) * size <= have; i++) {
      const page = pages.subarray(i * size, (i + 1) * size);
      if (!scrubPage(page, first + i)) continue;
      this.#file.seekSync((first + i - 1) * size, Deno.SeekMode.Start);
      for (let at = 0; at < size;) {
        at += this.#file.writeSync(page.subarray(at));
      }
      changed++;
    }
    return changed;
  }

  /** Waits until the writes are on disk. */
  sync(): void {
    this.#file.syncDataSync();
  }

  /** Closes the file. Call it after SQLite's last connection is closed. */
  close(): void {
    this.#file.close();
  }
}
