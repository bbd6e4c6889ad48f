// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A client that follows all events from the beginning to the end.
 * @module
 */
import type { Home, Spawned } from "../e2e/harness.ts";

/** How long to wait for the last events. */
const PATIENCE_MS = 30_000;
/** The exit code of a program that SIGTERM ends. */
const TERMINATED = 143;

/** Follows, and counts what it is given. */
export class Follower {
  readonly #process: Spawned;
  readonly #counts = new Map<string, number>();
  readonly #faults: string[] = [];
  readonly #reading: Promise<void>;
  #last = "";
  #onEvent = () => {};

  constructor(home: Home, patienceMs: number) {
    this.#process = home.spawn(["events", "--follow"], { patienceMs });
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    while (true) {
      const line = await this.#process.nextLine();
      if (line === null) return;
      // A pipe gets a space after each second without an event.
      if (line.trim() === "") continue;
      const { cursor, event } = JSON.parse(line);
      if (cursor <= this.#last) {
        this.#faults.push(`a follower got ${cursor} after ${this.#last}`);
      }
      this.#last = cursor;
      const id = event.session_id;
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
      this.#onEvent();
    }
  }

  /**
   * Waits until all events have come, and ends it.
   *
   * @param expected Sessions, and the number of their events.
   * @returns What went wrong, in words.
   */
  async end(expected: ReadonlyMap<string, number>): Promise<string[]> {
    const missing = () =>
      [...expected].filter(([id, count]) =>
        (this.#counts.get(id) ?? 0) < count
      );
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
      this.#onEvent = () => {
        if (missing().length === 0) resolve();
      };
      this.#onEvent();
    });
    clearTimeout(timer);
    this.#process.signal("SIGTERM");
    await this.#reading;
    const { code, stderr } = await this.#process.ended;
    if (code !== TERMINATED) {
      this.#faults.push(`a follower ended with ${code}: ${stderr}`);
    }
    for (const [id, count] of expected) {
      const seen = this.#counts.get(id) ?? 0;
      if (seen === count) continue;
      this.#faults.push(`a follower got ${seen} events of ${id}, not ${count}`);
    }
    return this.#faults;
  }
}
