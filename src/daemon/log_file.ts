// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Appends to `daemon.log`, and rotates it; one old file is kept.
 * @module
 */
import {
  HomeError,
  isSystemError,
  lookAt,
  openOwnFile,
  setOddAside,
} from "../context/mod.ts";

/**
 * Maximum size of the log in bytes. A longer one becomes `daemon.log.1`, which replaces the
 * previous one.
 */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** The open log. A line is never split between two files. */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #limit: number;
  #file: Deno.FsFile;
  #bytes: number;

  /**
   * Opens the log for appending, and makes it if there is none.
   *
   * @throws {HomeError} If the path is not a plain file of ours, or cannot be opened.
   */
  constructor(path: string, limit = MAX_LOG_BYTES) {
    this.#path = path;
    this.#limit = limit;
    this.#file = openOwnFile(path, { append: true });
    this.#bytes = this.#file.statSync().size;
  }

  /**
   * Appends one whole line or nothing. Rotates first if the line would not fit.
   *
   * @throws {Error} If the disk refuses.
   */
  write(line: Uint8Array): void {
    if (this.#bytes > 0 && this.#bytes + line.length > this.#limit) {
      this.#rotate();
    }
    try {
      for (let sent = 0; sent < line.length;) {
        sent += this.#file.writeSync(line.subarray(sent));
      }
      this.#bytes += line.length;
    } catch (error) {
      // A disk that becomes full accepts a part of the line.
      this.#file.truncateSync(this.#bytes);
      throw error;
    }
  }

  /** Rotates the log. If that fails, the old file stays in use. */
  #rotate(): void {
    let next: Deno.FsFile;
    try {
      const old = `${this.#path}.1`;
      // Nothing but a folder stays when a file takes its name.
      if (lookAt(old)?.isDirectory) setOddAside(old);
      Deno.renameSync(this.#path, old);
      next = openOwnFile(this.#path, { append: true });
    } catch (error) {
      if (error instanceof HomeError || isSystemError(error)) return;
      throw error;
    }
    this.#file.close();
    this.#file = next;
    this.#bytes = next.statSync().size;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
