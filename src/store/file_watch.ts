// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks whether the open file can be trusted. Damage is noted in memory, so that nothing more is
 * written, and in a file beside the store, so that the next start checks the whole store. A file
 * that was moved away, replaced or overwritten gets no more writes.
 * @module
 */
import { lookAt as lookAtFile, parentOf } from "../context/mod.ts";
import { leaveDamageNote } from "./damage_note.ts";
import {
  cutError,
  cutOpenError,
  explainFailure,
  isSqliteError,
  movedError,
  nameKept,
  replacedError,
  StoreError,
} from "./errors.ts";
import { countMissing, FILE_HEADER_BYTES } from "./file_header.ts";
import type { WalFile, WalIndex } from "./wal_file.ts";

/**
 * A folder's time of change may count whole seconds. It shows the next change reliably only after
 * this time in milliseconds.
 */
const SETTLED_MS = 2000;

/** An earlier WAL has had at most this number of restarts less; one in 65,536 new ones seems so. */
const MOST_RESTARTS = 65_536n;

/** Maximum number of looks at a WAL that other processes restart meanwhile. */
const MOST_LOOKS = 10;

/**
 * The file at the path: the open one, none, or another one. A file that was copied over the open
 * one counts as another one.
 */
type FilePlace = "ours" | "nothing" | "another";

/** The store's file after the last write of SQLite, in this process or another. */
interface Seen {
  ino: number | null;
  dev: number;
  size: number;
  mtime: number;
}

/** Number of pages in the WAL, and how many of them have been copied to the file. */
export interface WalState {
  pages: number;
  moved: number;
}

/** Options of a {@linkcode FileWatch}. */
export interface WatchOptions {
  /** Asks SQLite, outside of a transaction. */
  readWal: () => WalState;
  /** Copies the WAL to the file that SQLite has open, which may have been renamed. */
  moveWal: () => WalState;
  /** Reads the header of that file. */
  readHeader: () => string;
  /** Reads the file of the WAL and its index. */
  wal: Pick<
    WalFile,
    "count" | "index" | "firstSalts" | "headers" | "countWhole"
  >;
  /** Looks at that file; null if the system does not say. */
  lookAtOpen: () => Deno.FileInfo | null;
  /** The clock of the file system, in epoch milliseconds. */
  now?: () => number;
}

/** Watches the files of an open store: the main file, and the WAL, which has the newest events. */
export class FileWatch {
  readonly #path: string;
  readonly #folder: string;
  readonly #now: () => number;
  /** The WAL and its index. Another process makes new ones if they are removed. */
  readonly #companions: ReadonlyMap<string, Deno.FileInfo>;
  readonly #readWal: () => WalState;
  readonly #moveWal: () => WalState;
  readonly #readHeader: () => string;
  readonly #wal: WatchOptions["wal"];
  readonly #lookAtOpen: () => Deno.FileInfo | null;
  #file: Seen;
  #header: string;
  #walSeen: WalState;
  /** Those of the WAL at that write: others tell that all of it was copied and it has restarted. */
  #salts: bigint;
  /** The index when the WAL was last whole. */
  #index: WalIndex;
  /** Number of pages in the WAL that were whole before they were copied, or could not be yet. */
  #copied = 0;
  /** The folder at the last check of the files, if it had settled. */
  #seen: string | null = null;
  #fault: StoreError | null = null;
  #isReplaced = false;
  #isCut = false;

  /**
   * @param path Path of a store that is open in WAL mode.
   * @throws {StoreError} If its WAL was cut while another process had it open.
   */
  constructor(
    path: string,
    { readWal, moveWal, readHeader, wal, lookAtOpen, now = Date.now }:
      WatchOptions,
  ) {
    this.#path = path;
    this.#folder = parentOf(path);
    this.#now = now;
    this.#readWal = readWal;
    this.#moveWal = moveWal;
    this.#readHeader = readHeader;
    this.#wal = wal;
    this.#lookAtOpen = lookAtOpen;
    // Pages may be moved while their state is read, which is seen in the file only afterwards.
    this.#index = wal.index;
    this.#salts = this.#index.salts;
    this.#walSeen = readWal();
    this.#file = lookAt(path);
    this.#header = readHeader();
    if (!this.#isWhole(0)) throw cutOpenError(path);
    this.#companions = new Map(
      [`${path}-wal`, `${path}-shm`].map((at) => [at, Deno.lstatSync(at)]),
    );
  }

  /**
   * Whether the files must stay unchanged, because the store is damaged or was replaced, or another
   * process may have written with its own WAL or index. Checks the files: closing would copy the
   * WAL into the file that is there now. Call it before closing.
   */
  get mustStay(): boolean {
    // As in `check`.
    if (this.#isCut || this.#fault === null && !this.#isWalWhole(0)) {
      this.#cut();
    }
    const place = this.#fault === null ? this.#look() : "ours";
    if (place === "another") this.#replaced();
    if (place === "nothing") {
      this.#fault = movedError(this.#path, { loss: nameKept(this.#takeWal()) });
      return false; // SQLite closes a file that was moved away without a checkpoint
    }
    if (this.#fault !== null) return true;
    return place === "ours" && !this.#hasCompanions() && !this.#isAlone();
  }

  /** Why nothing more is written to the files; null if nothing was found. */
  get fault(): StoreError | null {
    return this.#fault;
  }

  /**
   * Whether the files at the paths are the open ones, the WAL was not cut, and only this process
   * has written to them.
   */
  get isInPlace(): boolean {
    return !this.#isReplaced && !this.#isCut && !this.#isWalCut() &&
      this.#look() === "ours" && this.#hasCompanions();
  }

  /** Number of pages in the WAL after the last transaction. */
  get walPages(): number {
    return this.#walSeen.pages;
  }

  /**
   * Call it before the WAL is copied to the file. Once is enough for pages that a reader keeps from
   * being copied.
   *
   * @throws {StoreError} If another program has written to the WAL.
   */
  checkWal(): void {
    if (this.#fault !== null) throw this.#fault;
    if (!this.#isWalWhole(this.#copied)) throw this.#cut();
    this.#copied = this.#walSeen.pages;
  }

  /**
   * Call it after each transaction, even a failed one, which may have written pages, too. Sets the
   * fault if the WAL was cut meanwhile: the pages were then written behind a gap.
   */
  noteTransaction(): void {
    if (this.#fault !== null) return;
    try {
      const { pages, moved } = this.#walSeen;
      this.#walSeen = this.#readWal();
      // A WAL that is copied restarts; one that was not, only if another process has copied it.
      const isCopied = () =>
        moved === pages || this.#walSeen.moved !== moved ||
        this.#walSeen.pages < pages;
      const isOlder = this.#walSeen.pages < pages && this.#isIndexOlder();
      // The last page of before stands just before the new ones: a gap begins in it, or earlier.
      if (isOlder || !this.#isWhole(isCopied() ? 0 : pages - 1)) {
        this.#cut();
        return;
      }
      if (isCopied()) {
        this.#copied = 0;
        this.#noteFile();
      }
    } catch {
      // The file is gone or the disk fails. The next check or transaction reports it.
    }
  }

  /** Call it after each write to the file outside of transactions, even a failed one. */
  noteWrites(): void {
    if (this.#fault !== null) return;
    try {
      this.#walSeen = this.#readWal();
      this.#noteFile();
    } catch {
      // As above.
    }
  }

  /** @returns Whether the file can be SQLite's work: it cuts a file to what the header tells. */
  #noteFile(): boolean {
    const { salts } = this.#wal.index;
    const { size, mtime } = lookAt(this.#path);
    const header = this.#readHeader();
    if (size < this.#file.size && !isWhole(header, size)) return false;
    this.#file = { ...this.#file, size, mtime };
    this.#header = header;
    this.#salts = salts;
    return true;
  }

  /**
   * Call it before each transaction. It usually checks only the main file and the folder: a moved
   * file changes the folder. Checking the WAL itself would add a write to each commit, because
   * Linux then updates its time with the next byte and syncs that as well.
   *
   * @throws {StoreError} If a write could be lost: the file is damaged or not in its place.
   */
  check(): void {
    // What was copied over the WAL may have come after the first look.
    if (this.#isCut) throw this.#cut();
    if (this.#fault !== null) throw this.#fault;
    if (this.#isWalCut()) throw this.#cut();
    const folder = this.#lookAtFolder();
    const isSame = folder !== null && folder === this.#seen;
    const place = this.#look();
    if (place === "another") throw this.#replaced();
    if (place === "nothing" || !isSame && !this.#hasCompanions()) {
      throw place === "ours" ? this.#lacking() : movedError(this.#path);
    }
    this.#seen = folder;
  }

  #look(): FilePlace {
    try {
      const now = lookAt(this.#path);
      const was = this.#file;
      if (now.ino !== was.ino || now.dev !== was.dev) return "another";
      if (now.size === was.size && now.mtime === was.mtime) {
        return "ours";
      }
      if (this.#hasMovedPages()) return "ours";
      if (!this.#hasOwnHeader(now.size)) {
        // SQLite's state changes once all is copied, so it may have changed since it was read.
        return this.#hasMovedPages() ? "ours" : "another";
      }
      if (this.#hasCompanions()) this.#noteFile();
      leaveDamageNote(
        this.#path,
        `Another program has written to "${this.#path}"`,
      );
      return "ours";
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? "nothing" : "ours";
    }
  }

  /**
   * Tells whether SQLite has changed the file by copying pages of the WAL to it. Other programs
   * leave the WAL unchanged.
   */
  #hasMovedPages(): boolean {
    if (!this.#hasCompanions()) return false; // another process does not use the same ones
    const wal = this.#readWal();
    const { pages, moved } = this.#walSeen;
    const isSame = wal.pages === pages && wal.moved === moved;
    if (isSame && this.#wal.index.salts === this.#salts) return false;
    this.#walSeen = wal;
    this.#copied = 0;
    return this.#noteFile();
  }

  /**
   * Tells whether the file was not copied over, although another program has set its time or
   * written to it: its header is the old one, or one that the WAL has for it. The latter is found
   * when a checkpoint of another process was killed or the disk was full, or has just cut the file
   * to the length that the header tells.
   */
  #hasOwnHeader(size: number): boolean {
    const header = this.#readHeader();
    const isOwn = header === this.#header ||
      this.#wal.headers().includes(header);
    return isOwn && (size >= this.#file.size || isWhole(header, size));
  }

  /**
   * Whether another program has cut the file of the WAL, or changed its index. SQLite would write
   * behind the gap, and copy it to the main file.
   */
  #isWalCut(): boolean {
    try {
      const index = this.#wal.index;
      if (this.#isIndexOlder(index)) return true;
      const isChanged = this.#wal.count < this.#walSeen.pages ||
        index.salts !== this.#salts;
      return isChanged && !this.#isWhole(0);
    } catch {
      return false; // the disk fails
    }
  }

  /**
   * Whether another program has put an earlier index in the place of this one. SQLite would write
   * over the pages since then.
   */
  #isIndexOlder(index = this.#wal.index): boolean {
    const { pages, salts } = this.#index;
    const isOlder = (now: WalIndex) =>
      isBefore(now.salts, salts) || now.salts === salts && now.pages < pages;
    // The first may have been read in the midst of a restart.
    return isOlder(index) && isOlder(this.#wal.index);
  }

  /**
   * Whether the WAL has all pages as they were written, and its index knows them.
   *
   * @param from Number of pages that are known to be whole.
   */
  #isWalWhole(from: number): boolean {
    try {
      return !this.#isIndexOlder() && this.#isWhole(from);
    } catch {
      return true; // the disk fails
    }
  }

  /**
   * Whether the WAL has all pages of the last transaction. Another process may restart it at any
   * time, which changes its random numbers.
   *
   * @param from Number of pages that are known to be whole.
   */
  #isWhole(from: number): boolean {
    const index = { ...this.#index, pages: this.#walSeen.pages };
    // Mostly the WAL goes on, and its index need not be read.
    if (from > 0 && this.#isWholeAs(index, from)) return true;
    let before: bigint | null = null;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const { pages } = this.#walSeen;
      if (this.#isWholeAs(this.#wal.index, from)) return true;
      const { salts } = this.#wal.index;
      this.#walSeen = this.#readWal();
      // Nothing was restarted since before the number of pages was read.
      if (this.#walSeen.pages === pages && salts === before) break;
      before = salts;
      from = 0;
    }
    return false;
  }

  /** Whether the WAL has all pages from a number on, with the random numbers of an index. */
  #isWholeAs(index: WalIndex, from: number): boolean {
    const { pages } = this.#walSeen;
    if (this.#wal.countWhole(from, pages, index.salts) !== pages) return false;
    this.#index = index;
    return true;
  }

  /** Notes that the WAL was cut. What it still has must not be copied by this process. */
  #cut(): StoreError {
    this.#isCut = true;
    const loss = this.#dropOldPages()
      ? ""
      : ". Events that only this file held may be lost";
    return this.#note(cutError(this.#path, loss));
  }

  /**
   * Empties a WAL that was cut to fewer pages than were copied to the file, or that an older one
   * was copied over: the next process would put these older pages over the newer ones.
   *
   * @returns Whether all of the WAL is in the file.
   */
  #dropOldPages(): boolean {
    try {
      const wal = `${this.#path}-wal`;
      const { pages, moved } = this.#readWal();
      const first = this.#wal.firstSalts ?? this.#salts;
      // With other numbers the index may be the older one.
      const isOwnIndex = this.#wal.index.salts === this.#salts;
      const isOlder = isBefore(first, this.#salts) || isOwnIndex &&
          (first !== this.#salts || this.#wal.countWhole(0, pages) < moved);
      if (isOlder && this.#has(wal)) Deno.truncateSync(wal);
      return isOwnIndex && pages === moved;
    } catch {
      return false; // the disk fails
    }
  }

  #hasCompanions(): boolean {
    return this.#companions.keys().every((path) => this.#has(path));
  }

  #has(companion: string): boolean {
    const was = this.#companions.get(companion);
    try {
      const { ino, dev } = Deno.lstatSync(companion);
      return ino === was?.ino && dev === was.dev;
    } catch (error) {
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  /** Explains that the WAL or its index is not in its place. */
  #lacking(): StoreError {
    const wal = `${this.#path}-wal`;
    if (this.#has(wal)) return movedError(`${this.#path}-shm`);
    const loss = this.#saveRemovedWal()
      ? ""
      : ". Events that only this file held may be lost unless it is put back";
    return movedError(wal, { loss });
  }

  /**
   * Copies a WAL that was removed to the file, as its events have no other copy. Another process
   * that opens the store makes a new WAL, and without the same index its locks are others.
   *
   * @returns Whether all of the WAL is in the file.
   */
  #saveRemovedWal(): boolean {
    try {
      if (lookAtFile(`${this.#path}-wal`) === null && this.#isAlone()) {
        try {
          this.#moveWal();
        } finally {
          this.noteWrites();
        }
      }
      const { pages, moved } = this.#readWal();
      return pages === moved;
    } catch {
      return false; // the disk fails: the next check tries it again
    }
  }

  /**
   * Whether a WAL that was removed or replaced may still be copied to the file, as no other process
   * has written. A WAL that is in its place without its index is left to the next start.
   */
  #isAlone(): boolean {
    if (this.#has(`${this.#path}-wal`)) return false;
    try {
      const { size, mtime } = lookAt(this.#path);
      const { pages, moved } = this.#readWal();
      return size === this.#file.size && mtime === this.#file.mtime &&
        pages === this.#walSeen.pages && moved === this.#walSeen.moved;
    } catch {
      return false; // the disk fails
    }
  }

  /** Notes that the file was replaced. The new file must not be opened with the old WAL. */
  #replaced(): StoreError {
    this.#isReplaced = true;
    return this.#note(replacedError(this.#path, this.#takeWal()));
  }

  /**
   * Takes the WAL away from the path, as it belongs to the old file. Removes it if all of it is in
   * that file.
   *
   * @returns Where it is kept otherwise; null if it is not.
   */
  #takeWal(): string | null {
    const wal = `${this.#path}-wal`;
    if (!this.#has(wal)) return null;
    const kept = `${this.#path}-before-${crypto.randomUUID().slice(0, 8)}-wal`;
    const isSaved = this.#saveWal();
    try {
      if (isSaved) Deno.removeSync(wal);
      else Deno.renameSync(wal, kept);
    } catch {
      return null; // the folder is read-only, so that no process opens the store
    }
    try {
      Deno.removeSync(`${this.#path}-shm`);
    } catch {
      // It is gone.
    }
    return isSaved ? null : kept;
  }

  /**
   * Brings what is stored into a file that was moved away from its WAL. A file that was copied over
   * gets nothing, nor does one that another program may have written to under its new name: pages
   * of both would damage it.
   *
   * @returns Whether all of the WAL is in the file.
   */
  #saveWal(): boolean {
    try {
      const found = lookAtFile(this.#path);
      const { ino, dev, size, mtime } = this.#file;
      if (found?.ino === ino && found.dev === dev) return false;
      const open = this.#lookAtOpen();
      const isSame = open === null ||
        open.size === size && open.mtime?.getTime() === mtime;
      if (!isSame || this.#hasOtherWal()) return false;
      const { pages, moved } = this.#moveWal();
      return pages === moved;
    } catch {
      return false; // the disk fails
    }
  }

  /** Whether a file that was renamed has a WAL of another program under its new name. */
  #hasOtherWal(): boolean {
    const { ino, dev } = this.#file;
    for (const { name } of Deno.readDirSync(this.#folder)) {
      const path = `${this.#folder}/${name}`;
      const found = lookAtFile(path);
      if (found?.ino !== ino || found.dev !== dev) continue;
      if ((lookAtFile(`${path}-wal`)?.size ?? 0) > 0) return true;
    }
    return false;
  }

  /**
   * Identity of the folder and the time of its last change; null if another change may get the same
   * time.
   */
  #lookAtFolder(): string | null {
    try {
      // Not `mtime`: a restored backup may have an old one.
      const { dev, ino, ctime } = Deno.statSync(this.#folder);
      const at = ctime?.getTime() ?? Infinity;
      return this.#now() - at < SETTLED_MS ? null : `${dev} ${ino} ${at}`;
    } catch {
      return null; // the check of the files reports it
    }
  }

  /** Returns the error for the user after a failure, and notes the fault of the file. */
  explain(error: unknown): unknown {
    if (!isSqliteError(error)) return error;
    if (this.#fault === null && this.#isWalCut()) return this.#cut();
    if (this.#fault === null && this.#look() === "another") {
      return this.#replaced();
    }
    if (!this.isInPlace) {
      return this.#fault ?? movedError(this.#path, { cause: error });
    }
    const explained = explainFailure(error, this.#path);
    if (explained instanceof StoreError && explained.fault === "corrupt") {
      this.#note(explained);
    }
    return explained;
  }

  /** Notes why nothing more is written, unless that is known, and returns it. */
  #note(fault: StoreError): StoreError {
    if (this.#fault !== null) return this.#fault;
    this.#fault = fault;
    leaveDamageNote(this.#path, fault.message);
    return fault;
  }
}

/**
 * Whether a WAL has restarted between two states: SQLite then counts the first of its numbers up.
 * It makes both anew for the first page of a process in an empty WAL, which is no earlier state.
 */
function isBefore(salts: bigint, later: bigint): boolean {
  const restarts = BigInt.asUintN(32, (later >> 32n) - (salts >> 32n));
  return later !== 0n && restarts > 0n && restarts <= MOST_RESTARTS;
}

/** Whether a file has all that its header tells. */
function isWhole(header: string, size: number): boolean {
  const bytes = Uint8Array.from(header.split(","), Number);
  return bytes.length === FILE_HEADER_BYTES && countMissing(bytes, size) <= 0;
}

/** @throws {Deno.errors.NotFound} If there is no file. */
function lookAt(path: string): Seen {
  const { ino, dev, size, mtime } = Deno.lstatSync(path);
  return { ino, dev, size, mtime: mtime?.getTime() ?? 0 };
}
