// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the file of the WAL: how many pages it has, and which of them are whole.
 *
 * The format is SQLite's: https://sqlite.org/fileformat2.html#the_write_ahead_log
 * @module
 */
import { openToRead } from "../context/mod.ts";
import { FILE_HEADER_BYTES } from "./file_header.ts";

/**
 * What a WAL begins with if its sums are of numbers with the low byte first. All machines that Deno
 * runs on write such a WAL.
 */
const LITTLE_ENDIAN = 0x377f0682;
const BIG_ENDIAN = 0x377f0683;
/** Length of the header of a WAL. */
const HEADER_BYTES = 32;
/** Length of the header of a frame, which is followed by a page. */
const FRAME_HEADER_BYTES = 24;
/** Places of two random numbers, which are other ones after each restart of the WAL. */
const SALTS_AT = 16;
const FRAME_SALTS_AT = 8;
/**
 * Places of the checksum of all that stands before. Of a frame, it counts only these bytes of its
 * header, and its page.
 */
const SUM_AT = 24;
const FRAME_SUM_AT = 16;
const FRAME_SUMMED_BYTES = 8;
/** Number of frames that are read at once. */
const FRAMES_AT_ONCE = 16;

/** Length of what is read of the index. Its numbers are in the machine's order of bytes. */
const INDEX_BYTES = 20;
/** Place of the length of a page; 1 stands for 65,536. */
const INDEX_PAGE_BYTES_AT = 14;
/** Place of the number of pages in the WAL. */
const INDEX_PAGES_AT = 16;
/** Place of the two random numbers of the next page. */
const INDEX_SALTS_AT = 32;

/**
 * Tells whether the index of a WAL has pages that its file lacks. SQLite makes a new index unless
 * another process has the store open. Call it after the connections of this process are closed:
 * closing a descriptor of the index drops its locks.
 *
 * @param path Path of the store.
 * @throws {HomeError} If a file cannot be read.
 */
export function isWalShort(path: string): boolean {
  using index = openToRead(`${path}-shm`);
  using wal = openToRead(`${path}-wal`);
  const bytes = new Uint8Array(INDEX_BYTES);
  if (index === null || wal === null) return false;
  if (index.readSync(bytes) !== INDEX_BYTES) return false;
  const view = new DataView(bytes.buffer);
  const pageBytes = view.getUint16(INDEX_PAGE_BYTES_AT, true);
  const pages = view.getUint32(INDEX_PAGES_AT, true);
  const file = new WalFile(wal, index, pageBytes === 1 ? 65_536 : pageBytes);
  return file.countWhole(0, pages) < pages;
}

/** The index of a WAL. */
export interface WalIndex {
  /** Number of pages in the WAL after the last transaction. */
  pages: number;
  /**
   * Two random numbers, which are other ones after each restart of the WAL. The index also has them
   * while the WAL is empty.
   */
  salts: bigint;
}

/** The files of the WAL and of its index. */
export class WalFile {
  readonly #file: Deno.FsFile;
  readonly #index: Deno.FsFile;
  readonly #frameBytes: number;
  readonly #frames: DataView<ArrayBuffer>;

  /**
   * @param file Open for reading. Closing it drops no lock.
   * @param index Of the WAL, open for reading. Closing it drops SQLite's locks.
   */
  constructor(file: Deno.FsFile, index: Deno.FsFile, pageBytes: number) {
    this.#file = file;
    this.#index = index;
    this.#frameBytes = FRAME_HEADER_BYTES + pageBytes;
    this.#frames = makeView(FRAMES_AT_ONCE * this.#frameBytes);
  }

  /**
   * Number of pages that the file is long enough for. Does not ask for its times: Linux would then
   * write them with the next commit.
   */
  get count(): number {
    const bytes = this.#file.seekSync(0, Deno.SeekMode.End);
    return Math.max(0, Math.floor((bytes - HEADER_BYTES) / this.#frameBytes));
  }

  /** What the index has now. */
  get index(): WalIndex {
    const view = makeView(INDEX_SALTS_AT + 8 - INDEX_PAGES_AT);
    this.#index.seekSync(INDEX_PAGES_AT, Deno.SeekMode.Start);
    this.#index.readSync(new Uint8Array(view.buffer));
    return {
      pages: view.getUint32(0, true),
      salts: view.getBigUint64(INDEX_SALTS_AT - INDEX_PAGES_AT),
    };
  }

  /** The random numbers of the first page; null if there is none. */
  get firstSalts(): bigint | null {
    return this.#readHeader(0)?.getBigUint64(FRAME_SALTS_AT) ?? null;
  }

  /**
   * Counts the pages before the first one that is not whole. Where the file was cut and then
   * written to behind the cut, it has zeros.
   *
   * @param from Number of pages that are whole. The last of them is looked at once more, as a WAL
   * that was copied over this one has another page there.
   * @param to Number of pages that SQLite has written.
   * @param salts Those of the index, which each page must have.
   * @returns `to` if all are whole.
   */
  countWhole(from: number, to: number, salts = this.index.salts): number {
    if (to <= from) return to;
    const header = this.#read(0, HEADER_BYTES);
    const magic = header?.getUint32(0);
    if (magic === BIG_ENDIAN) return to; // its sums are not known
    if (header === null || magic !== LITTLE_ENDIAN) return 0;
    const sum = new Checksum(header, SUM_AT);
    for (let at = Math.max(0, from - 1); at < to;) {
      const frames = this.#readFrames(at, to - at);
      if (frames === 0) return at;
      for (let i = 0; i < frames; i++, at++) {
        const place = i * this.#frameBytes;
        const own = this.#frames.getBigUint64(place + FRAME_SALTS_AT);
        if (own !== salts) return at;
        if (at < from) sum.set(this.#frames, place + FRAME_SUM_AT);
        else if (!this.#isNext(place, sum)) return at;
      }
    }
    return to;
  }

  /** Whether the frame at this place of those that were read is the next one. */
  #isNext(at: number, sum: Checksum): boolean {
    const frames = this.#frames;
    sum.add(frames, at, at + FRAME_SUMMED_BYTES);
    sum.add(frames, at + FRAME_HEADER_BYTES, at + this.#frameBytes);
    // No page has the number 0, but zeros have a checksum of zeros.
    return frames.getUint32(at) !== 0 && sum.is(frames, at + FRAME_SUM_AT);
  }

  /**
   * Lists the headers of the store's file after each transaction that has changed its first page.
   *
   * @returns Bytes as text, as `RawPages.header` gives them.
   */
  headers(): string[] {
    const salts = this.#read(0, HEADER_BYTES)?.getBigUint64(SALTS_AT);
    const headers: string[] = [];
    for (let i = 0; salts !== undefined; i++) {
      const at = this.#placeOf(i);
      const frame = this.#readHeader(i);
      if (frame?.getBigUint64(FRAME_SALTS_AT) !== salts) break;
      if (frame.getUint32(0) !== 1) continue;
      const header = this.#read(at + FRAME_HEADER_BYTES, FILE_HEADER_BYTES);
      if (header !== null) headers.push(new Uint8Array(header.buffer).join());
    }
    return headers;
  }

  /** Closes the files. Call it after SQLite's last connection is closed. */
  close(): void {
    this.#file.close();
    this.#index.close();
  }

  #placeOf(frame: number): number {
    return HEADER_BYTES + frame * this.#frameBytes;
  }

  /** Reads up to `count` frames; returns how many of them the file has. */
  #readFrames(first: number, count: number): number {
    const most = Math.min(count, FRAMES_AT_ONCE) * this.#frameBytes;
    const bytes = this.#fill(
      new Uint8Array(this.#frames.buffer, 0, most),
      this.#placeOf(first),
    );
    return Math.floor(bytes / this.#frameBytes);
  }

  #readHeader(frame: number): DataView<ArrayBuffer> | null {
    return this.#read(this.#placeOf(frame), FRAME_HEADER_BYTES);
  }

  /** Reads some bytes; null if the file is shorter. */
  #read(at: number, length: number): DataView<ArrayBuffer> | null {
    const view = makeView(length);
    const bytes = this.#fill(new Uint8Array(view.buffer), at);
    return bytes === length ? view : null;
  }

  #fill(bytes: Uint8Array, at: number): number {
    this.#file.seekSync(at, Deno.SeekMode.Start);
    return this.#file.readSync(bytes) ?? 0;
  }
}

/** SQLite's checksum of a WAL: two numbers of 32 bits, which stand with the high byte first. */
class Checksum {
  #first = 0;
  #second = 0;

  constructor(view: DataView, at: number) {
    this.set(view, at);
  }

  /** Goes on from a sum that stands in a file. */
  set(view: DataView, at: number): void {
    this.#first = view.getInt32(at);
    this.#second = view.getInt32(at + 4);
  }

  /** Adds the bytes between two places, whose distance is a multiple of 8. */
  add(view: DataView, from: number, to: number): void {
    let first = this.#first;
    let second = this.#second;
    for (let at = from; at < to; at += 8) {
      first = (first + view.getInt32(at, true) + second) | 0;
      second = (second + view.getInt32(at + 4, true) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  is(view: DataView, at: number): boolean {
    return view.getInt32(at) === this.#first &&
      view.getInt32(at + 4) === this.#second;
  }
}

function makeView(bytes: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(bytes));
}
