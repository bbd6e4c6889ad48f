// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whether the file that is open can be trusted: damage is remembered in memory, so that nothing more is written to it, and beside it, so
 * that the next start looks at all of it, however large it is; a file that was moved away keeps nothing for anybody.
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

/** Watches the files of an open store: the one it is named after, and the WAL, which has what was stored last. */
export class FileWatch {
  readonly #path: string;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #opened: { path: string; info: Deno.FileInfo }[];
  /** The folder as it was when the files were looked at last, if it was at rest. */
  #seen: string | null = null;
  #damage: StoreError | null = null;

  /**
   * @param path Of a store that is open in WAL mode.
   * @param now The clock of the file system, in epoch milliseconds.
   */
  constructor(path: string, now: () => number = Date.now) {
    this.#path = path;
    this.#folder = path.slice(0, path.lastIndexOf("/")) || "/";
    this.#now = now;
    this.#opened = [path, `${path}-wal`]
      .map((path) => ({ path, info: Deno.statSync(path) }));
  }

  /** Whether the file was seen to be damaged. */
  get isDamaged(): boolean {
    return this.#damage !== null;
  }

  /** Whether the paths still lead to the files that are open. */
  get isInPlace(): boolean {
    try {
      return this.#opened.every(({ path, info }) => {
        const { ino, dev } = Deno.statSync(path);
        return ino === info.ino && dev === info.dev;
      });
    } catch (error) {
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  /**
   * To be called before each transaction. Most times it only looks at the folder, in which something must have changed if a file is not in
   * its place. Looking at the WAL itself would cost each commit a write: Linux then gives it a new time with the next byte, and that
   * must be on disk, too.
   *
   * @throws {StoreError} If what is written to the file could be lost: it was seen to be damaged, or is not in its place.
   */
  check(): void {
    if (this.#damage !== null) throw this.#damage;
    const folder = this.#lookAtFolder();
    if (folder !== null && folder === this.#seen) return;
    if (!this.isInPlace) throw movedError(this.#path);
    this.#seen = folder;
  }

  /** Which folder it is, and when something in it was last made, moved or removed; null if that may happen once more at the same time. */
  #lookAtFolder(): string | null {
    try {
      // Not `mtime`: whoever restores a backup sets it to what it was.
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
    if (!this.isInPlace) return movedError(this.#path, error);
    const explained = explainFailure(error, this.#path);
    if (explained instanceof StoreError && explained.fault === "corrupt") {
      this.#note(explained);
    }
    return explained;
  }

  #note(damage: StoreError): void {
    if (this.#damage !== null) return;
    this.#damage = damage;
    try {
      Deno.writeTextFileSync(
        damageNotePath(this.#path),
        `${damage.message}\n`,
        { mode: 0o600 },
      );
    } catch {
      // Only a large file needs it; it is found to be damaged again when it is next read.
    }
  }
}

function movedError(path: string, cause?: unknown): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as its files were moved or replaced while the daemon ran: "${path}". Let it open the one that is there now: kaizen daemon restart`,
    { cause },
  );
}
