// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A pool of connections that read.
 * @module
 */
import type { StoredSession } from "./stored_session.ts";
import { Reader } from "./reader.ts";

/** Maximum number of idle connections. Opening one takes longer than most reads. */
const MAX_IDLE = 4;

/** All connections that read. Each reading has its own, so that none waits for another. */
export class ReaderPool {
  readonly #path: string;
  readonly #all = new Set<Reader>();
  readonly #idle: Reader[] = [];
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Begins to read a snapshot of the store.
   *
   * @param unwritten Sessions whose rows lack events.
   */
  begin(unwritten: readonly StoredSession[]): Reader {
    const reader = this.#idle.pop() ?? this.#open();
    try {
      reader.begin(unwritten);
      return reader;
    } catch (error) {
      this.#drop(reader);
      throw error;
    }
  }

  /** Closes all connections, also busy ones. May be called twice. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#all) this.#drop(reader);
  }

  #open(): Reader {
    const reader = new Reader(this.#path, () => this.#takeBack(reader));
    this.#all.add(reader);
    return reader;
  }

  #takeBack(reader: Reader): void {
    if (this.#idle.length < MAX_IDLE && !this.#closed) this.#idle.push(reader);
    else this.#drop(reader);
  }

  #drop(reader: Reader): void {
    this.#all.delete(reader);
    reader.end();
  }
}
