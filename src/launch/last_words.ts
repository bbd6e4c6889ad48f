// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Standard error of a daemon in the background. It is a file, to which only the runtime or the
 * launcher writes, when the daemon dies.
 * @module
 */
import { openOwnFile, openToRead } from "../context/mod.ts";

/** The most that is shown of a dead child's words, in characters. */
const MAX_SHOWN_CHARS = 2_000;
/** The most that is kept of an earlier daemon's words, in bytes. */
const MAX_KEPT_BYTES = 8 * 1024;

/** Returns the path of the file in a home. */
export function lastWordsPath(home: string): string {
  return `${home}/daemon.err`;
}

/** The words that are written after this object was made. */
export class LastWords {
  readonly #path: string;
  /** Size of the file at the start, in bytes. */
  readonly #from: number;

  /** @param home Absolute. */
  constructor(home: string) {
    this.#path = lastWordsPath(home);
    this.#from = sizeOfWords(this.#path);
  }

  /** Returns the end of the words written so far; "" if there are none. */
  read(): string {
    const size = sizeOfWords(this.#path);
    const fresh = size - (size < this.#from ? 0 : this.#from);
    const bytes = readEnd(this.#path).slice(-fresh);
    return fresh === 0
      ? ""
      : new TextDecoder().decode(bytes).trim().slice(-MAX_SHOWN_CHARS);
  }
}

/**
 * Reads the words of the previous daemon, and empties the file.
 *
 * @returns The end of the words; "" if there are none, or if the file cannot be emptied.
 */
export function takeLastWords(home: string): string {
  const path = lastWordsPath(home);
  try {
    const bytes = readEnd(path);
    if (bytes.length === 0) return "";
    using file = openOwnFile(path);
    file.truncateSync(0);
    return new TextDecoder().decode(bytes);
  } catch {
    return ""; // a daemon in the foreground has no such file
  }
}

function sizeOfWords(path: string): number {
  try {
    using file = openToRead(path);
    return file?.statSync().size ?? 0;
  } catch {
    return 0; // it is not a file of ours
  }
}

/** Reads the last bytes of the file; none if it is missing or no file of ours. */
function readEnd(path: string): Uint8Array {
  try {
    using file = openToRead(path);
    if (file === null) return new Uint8Array();
    const from = Math.max(0, file.statSync().size - MAX_KEPT_BYTES);
    file.seekSync(from, Deno.SeekMode.Start);
    const bytes = new Uint8Array(MAX_KEPT_BYTES);
    return bytes.subarray(0, file.readSync(bytes) ?? 0);
  } catch {
    return new Uint8Array(); // it is not a file of ours
  }
}
