// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `daemon.log` on disk: appended to, rotated, one old file kept.
 * @module
 */
import { HomeError, isSystemError } from "../context/mod.ts";
import { openOwnFile } from "../launch/mod.ts";

/** A log that would grow past this many bytes becomes `daemon.log.1`, and the one before that goes. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** The open log; the whole of a line goes into one file. */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #limit: number;
  #file: Deno.FsFile;
  #bytes: number;

  /**
   * Opens the log to append to it, and makes it if there is none.
   *
   * @throws {HomeError} If the path is no plain file of ours, or cannot be opened.
   */
  constructor(path: string, limit = MAX_LOG_BYTES) {
    this.#path = path;
    this.#limit = limit;
    this.#file = openOwnFile(path, { append: true });
    this.#bytes = this.#file.statSync().size;
  }

  /** Appends one line, or nothing of it; rotates first if it would not fit. @throws {Error} If the disk refuses. */
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
      // A disk that is getting full takes a part of it.
      this.#file.truncateSync(this.#bytes);
      throw error;
    }
  }

  /** Moves the log aside; where that fails the old one is written to as before. */
  #rotate(): void {
    let next: Deno.FsFile;
    try {
      Deno.renameSync(this.#path, `${this.#path}.1`);
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
