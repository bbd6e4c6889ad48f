// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whether the file that is open can be trusted: damage is remembered in memory, so that nothing more is written to it, and beside it, so
 * that the next start looks at all of it, however large it is; a file that was moved away keeps nothing for anybody.
 * @module
 */
import { explainFailure, isSqliteError, StoreError } from "./errors.ts";

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
  readonly #opened: { path: string; info: Deno.FileInfo }[];
  #damage: StoreError | null = null;

  /** @param path Of a store that is open in WAL mode. */
  constructor(path: string) {
    this.#path = path;
    this.#opened = [path, `${path}-wal`]
      .map((path) => ({ path, info: Deno.statSync(path) }));
  }

  /** Whether the file was seen to be damaged. */
  get isDamaged(): boolean {
    return this.#damage !== null;
  }

  /** Whether the paths still lead to the files that are open; looking takes 6 µs. */
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

  /** @throws {StoreError} If what is written to the file could be lost: it was seen to be damaged, or is not in its place. */
  check(): void {
    if (this.#damage !== null) throw this.#damage;
    if (!this.isInPlace) throw movedError(this.#path);
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
