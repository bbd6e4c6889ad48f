// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Standard error of a daemon in the background. It is a file, to which only the runtime or the
 * launcher writes, when the daemon dies.
 * @module
 */

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
  readonly #from: number;

  /** @param home Absolute. */
  constructor(home: string) {
    this.#path = lastWordsPath(home);
    this.#from = readWords(this.#path).length;
  }

  /** Returns the end of the words written so far; "" if there are none. */
  read(): string {
    const bytes = readWords(this.#path);
    const fresh = bytes.subarray(bytes.length < this.#from ? 0 : this.#from);
    return new TextDecoder().decode(fresh).trim().slice(-MAX_SHOWN_CHARS);
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
    const bytes = Deno.readFileSync(path);
    if (bytes.length === 0) return "";
    Deno.truncateSync(path, 0);
    return new TextDecoder().decode(bytes.subarray(-MAX_KEPT_BYTES));
  } catch {
    return ""; // a daemon in the foreground has no such file
  }
}

function readWords(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch {
    return new Uint8Array(); // no daemon has written one
  }
}
