// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whether the file that is open can be trusted: damage is remembered in memory, so that nothing more is written to it, and beside it, so
 * that the next start looks at all of it, however large it is; a file that was moved away keeps nothing for anybody, and one that
 * another was put in place of, or copied over, must not get what belongs to the one that was opened.
 * @module
 */
import { explainFailure, isSqliteError, StoreError } from "./errors.ts";

/**
 * How long a folder must have been left alone, in milliseconds, before its time of change tells of the next one: that counts whole seconds.
 */
const SETTLED_MS = 2000;

/** Where it is noted that the store was seen to be damaged. */
function damageNotePath(path: string): string {
  return `${path}-damaged`;
}

/** Whether the store was seen to be damaged when it was last in use. */
export function hasDamageNote(path: string): boolean {
  try {
    return Deno.statSync(damageNotePath(path)).isFile;
  } catch {
    return false; // there is none
  }
}

/** Forgets that, as the file has been replaced or is whole after all. */
export function removeDamageNote(path: string): void {
  try {
    Deno.removeSync(damageNotePath(path));
  } catch {
    // It stays, and the next start takes its time to look again.
  }
}

/** What lies at the path: the file that is open, nothing, or another one (or the same, but others have written to it). */
type FilePlace = "ours" | "nothing" | "another";

/** The store's own file as it was when SQLite, of this process or another, had last written to it. */
interface Seen {
  ino: number | null;
  dev: number;
  size: number;
  mtime: number;
}

/** How many pages the WAL has, and how many of these are in the file. */
export interface WalState {
  pages: number;
  moved: number;
}

/** What a {@linkcode FileWatch} may ask. */
export interface WatchOptions {
  /** Asks SQLite, outside of a transaction. */
  readWal: () => WalState;
  /** The clock of the file system, in epoch milliseconds. */
  now?: () => number;
}

/** Watches the files of an open store: the one it is named after, and the WAL, which has what was stored last. */
export class FileWatch {
  readonly #path: string;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #wal: Deno.FileInfo;
  readonly #readWal: () => WalState;
  #file: Seen;
  #walSeen: WalState;
  /** The folder as it was when the files were looked at last, if it was at rest. */
  #seen: string | null = null;
  #fault: StoreError | null = null;
  #isReplaced = false;

  /** @param path Of a store that is open in WAL mode. */
  constructor(path: string, { readWal, now = Date.now }: WatchOptions) {
    this.#path = path;
    this.#folder = path.slice(0, path.lastIndexOf("/")) || "/";
    this.#now = now;
    this.#readWal = readWal;
    this.#file = lookAt(path);
    this.#walSeen = readWal();
    this.#wal = Deno.statSync(`${path}-wal`);
  }

  /**
   * Whether the files must be left as they are: the store was seen to be damaged, or is another one now. Looks at them: closing would
   * write what the WAL holds into the file that lies there.
   */
  get mustStay(): boolean {
    if (this.#fault === null && this.#look() === "another") this.#replaced();
    return this.#fault !== null;
  }

  /** Whether the paths still lead to the files that are open, and only this process has written to them. */
  get isInPlace(): boolean {
    return !this.#isReplaced && this.#look() === "ours" && this.#hasWal();
  }

  /**
   * To be called after each transaction, even one that failed, as that may have moved pages of the WAL into the file.
   *
   * @param checkpointPages How many pages the WAL must have for that; 0 if the file may have been written to anyway.
   */
  noteWrites(checkpointPages = 0): void {
    if (this.#fault !== null) return;
    try {
      const { pages, moved } = this.#walSeen;
      this.#walSeen = this.#readWal();
      // A WAL that was not all in the file has not begun anew since.
      if (moved < pages && this.#walSeen.pages < checkpointPages) return;
      const { size, mtime } = lookAt(this.#path);
      this.#file = { ...this.#file, size, mtime };
    } catch {
      // The file is gone, or the disk fails: the next check, or the next transaction, tells.
    }
  }

  /**
   * To be called before each transaction. Most times it only looks at the file and at the folder, in which something must have changed
   * if a file is not in its place. Looking at the WAL itself would cost each commit a write: Linux then gives it a new time with the next
   * byte, and that must be on disk, too. The file itself is only written to now and then.
   *
   * @throws {StoreError} If what is written to the file could be lost: it was seen to be damaged, or is not in its place.
   */
  check(): void {
    if (this.#fault !== null) throw this.#fault;
    const folder = this.#lookAtFolder();
    const isSame = folder !== null && folder === this.#seen;
    const place = this.#look();
    if (place === "another") throw this.#replaced();
    if (place === "nothing" || !isSame && !this.#hasWal()) {
      throw movedError(this.#path);
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
      return this.#hasMovedPages(now) ? "ours" : "another";
    } catch (error) {
      return error instanceof Deno.errors.NotFound ? "nothing" : "ours";
    }
  }

  /** The file has changed: tells whether SQLite did that, moving pages of the WAL into it. Others leave the WAL as it is. */
  #hasMovedPages(file: Seen): boolean {
    const wal = this.#readWal();
    const { pages, moved } = this.#walSeen;
    if (wal.pages === pages && wal.moved === moved) return false;
    this.#file = file;
    this.#walSeen = wal;
    return true;
  }

  #hasWal(): boolean {
    try {
      const { ino, dev } = Deno.statSync(`${this.#path}-wal`);
      return ino === this.#wal.ino && dev === this.#wal.dev;
    } catch (error) {
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  /** The WAL belongs to a file that is gone: the one that lies there now must not be opened with it. */
  #replaced(): StoreError {
    this.#isReplaced = true;
    this.#fault = replacedError(this.#path);
    this.#leaveNote(this.#fault);
    if (this.#hasWal()) {
      for (const end of ["-wal", "-shm"]) {
        try {
          Deno.removeSync(`${this.#path}${end}`);
        } catch {
          // It is gone, or the folder is read-only, and then nothing opens the store.
        }
      }
    }
    return this.#fault;
  }

  /** Which folder it is, and when something in it was last made, moved or removed; null if that may happen once more at the same time. */
  #lookAtFolder(): string | null {
    try {
      // Not `mtime`: a restored backup may have its old one.
      const { dev, ino, ctime } = Deno.statSync(this.#folder);
      const at = ctime?.getTime() ?? Infinity;
      return this.#now() - at < SETTLED_MS ? null : `${dev} ${ino} ${at}`;
    } catch {
      return null; // the look at the files tells
    }
  }

  /** Returns a failure in words for the user, and notes what it says about the file. */
  explain(error: unknown): unknown {
    if (!isSqliteError(error)) return error;
    if (this.#fault === null && this.#look() === "another") {
      return this.#replaced();
    }
    if (!this.isInPlace) return this.#fault ?? movedError(this.#path, error);
    const explained = explainFailure(error, this.#path);
    if (explained instanceof StoreError && explained.fault === "corrupt") {
      this.#note(explained);
    }
    return explained;
  }

  #note(damage: StoreError): void {
    if (this.#fault !== null) return;
    this.#fault = damage;
    this.#leaveNote(damage);
  }

  /** The next start looks at all of the store then. */
  #leaveNote(fault: StoreError): void {
    try {
      Deno.writeTextFileSync(
        damageNotePath(this.#path),
        `${fault.message}\n`,
        { mode: 0o600 },
      );
    } catch {
      // Only a large file needs it; it is found to be damaged again when it is next read.
    }
  }
}

/** @throws {Deno.errors.NotFound} If there is none. */
function lookAt(path: string): Seen {
  const { ino, dev, size, mtime } = Deno.statSync(path);
  return { ino, dev, size, mtime: mtime?.getTime() ?? 0 };
}

function movedError(path: string, cause?: unknown): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as its files were moved while the daemon ran: "${path}". Put them back, or let it make a new one: kaizen daemon restart`,
    { cause },
  );
}

function replacedError(path: string): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as another file was put in its place, or copied over it, while the daemon ran: "${path}". ` +
      "Let the daemon open what is there now: kaizen daemon restart. To go back to a backup: kaizen store restore FILE",
  );
}
