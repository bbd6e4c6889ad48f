// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The ownership of a home: the process that holds the `flock` on `daemon.pid` owns it while it
 * lives.
 * @module
 */
import {
  HomeError,
  openOwnFile,
  openToRead,
  readOwnFile,
  retryInterrupted,
  systemReason,
} from "../context/mod.ts";

/** The file holds a process id and a line feed. */
const MAX_PID_BYTES = 64;

/**
 * A lock that is held. Its release leaves the file, because to remove it would let two processes
 * hold a lock on two files of the same name.
 */
export class HomeLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Takes the lock if it is free, and writes this process's id into the file.
   *
   * @param path Path of `daemon.pid`; the reference locks the same file in the same way.
   * @returns The lock, or null if another process holds it.
   * @throws {HomeError} If the file cannot be used.
   */
  static take(path: string): HomeLock | null {
    const file = openOwnFile(path);
    try {
      if (!retryInterrupted(() => file.tryLockSync(true))) {
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

  /**
   * Whether the path still names the locked file. If not, another process may have locked a new
   * one.
   */
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
 * Sets the time of the file, when a daemon has given up its claim: it is not being started any
 * more.
 *
 * @param path Path of `daemon.pid`, which another process has locked.
 */
export function noteClaim(path: string): void {
  try {
    const now = new Date();
    Deno.utimeSync(path, now, now);
  } catch {
    // Then `stop` waits for it a few seconds.
  }
}

/**
 * Finds the process that owns a home, whether or not it can be reached.
 *
 * @param path Path of `daemon.pid`.
 * @returns Its process id, or null if no process holds the lock or its id is not in the file.
 */
export function findHolder(path: string): number | null {
  try {
    using file = openToRead(path, MAX_PID_BYTES);
    if (file === null) return null;
    // Closing the file gives the lock back. A daemon that starts meanwhile tries again.
    if (retryInterrupted(() => file.tryLockSync(true))) return null;
  } catch {
    return null; // no file of this user
  }
  return readHolder(path);
}

/**
 * Reads the process id of the holder.
 *
 * @returns The process id in the file, or null if there is none (yet).
 */
export function readHolder(path: string): number | null {
  try {
    const bytes = readOwnFile(path, MAX_PID_BYTES);
    const text = new TextDecoder().decode(bytes ?? new Uint8Array());
    return /^[1-9]\d{0,9}\n?$/.test(text) ? Number(text.trim()) : null;
  } catch {
    return null; // the file belongs to another user
  }
}
