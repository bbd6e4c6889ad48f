// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Who owns a home: the process that holds the `flock` on `daemon.pid`, for as long as it lives.
 * @module
 */
import { HomeError, systemReason } from "../context/mod.ts";
import { openOwnFile } from "./own_file.ts";

/** The lock while it is held; letting go leaves the file, as removing it would let two processes hold "it". */
export class HomeLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Takes the lock if nobody holds it, and writes this process's id into the file.
   *
   * @param path Of `daemon.pid`; the reference daemon locks the same file in the same way.
   * @returns The lock, or null if another process holds it.
   * @throws {HomeError} If the file cannot be used.
   */
  static take(path: string): HomeLock | null {
    const file = openOwnFile(path);
    try {
      if (!file.tryLockSync(true)) {
        file.close();
        return null;
      }
      file.truncateSync();
      file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
      return new HomeLock(file, path);
    } catch (error) {
      file.close();
      throw new HomeError(`Cannot lock "${path}": ${systemReason(error)}`, {
        cause: error,
      });
    }
  }

  /** Whether the path still leads to the locked file; if not, another process may have locked the one that does. */
  isValid(): boolean {
    try {
      const named = Deno.lstatSync(this.#path);
      const held = this.#file.statSync();
      return named.ino === held.ino && named.dev === held.dev;
    } catch (error) {
      return !(error instanceof Deno.errors.NotFound);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Reads who holds the lock.
 *
 * @returns The process id in the file, or null if there is none (yet).
 */
export function readHolder(path: string): number | null {
  try {
    const text = Deno.readTextFileSync(path);
    return /^[1-9]\d{0,9}\n?$/.test(text) ? Number(text.trim()) : null;
  } catch {
    return null; // the file is somebody else's; who holds it stays unknown
  }
}
