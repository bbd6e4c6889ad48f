// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The last event seen of each session, in four bytes a session.
 * @module
 */

const PAGE_SESSIONS = 256;

/**
 * Maps small integers (the keys of sessions, which a store hands out one after the other) to event numbers from 0 to 2^32 - 2.
 *
 * Sessions are never dropped from it except by name: whether a session is in step with the store is not to be guessed after it has been
 * idle, since rebuilding it would bring back spans that expired. A million sessions take 4 MB.
 */
export class SeqTable {
  /** Pages of numbers, each one more than the event's; 0 for sessions not seen. */
  readonly #pages = new Map<number, Uint32Array>();

  /** The last event seen of the session, or null. */
  get(sessionKey: number): number | null {
    const page = this.#pages.get(Math.floor(sessionKey / PAGE_SESSIONS));
    const next = page?.[sessionKey % PAGE_SESSIONS] ?? 0;
    return next === 0 ? null : next - 1;
  }

  /** Sets the last event seen; null forgets the session. */
  set(sessionKey: number, seq: number | null): void {
    const number = Math.floor(sessionKey / PAGE_SESSIONS);
    let page = this.#pages.get(number);
    if (page === undefined) {
      if (seq === null) return;
      page = new Uint32Array(PAGE_SESSIONS);
      this.#pages.set(number, page);
    }
    page[sessionKey % PAGE_SESSIONS] = seq === null ? 0 : seq + 1;
  }
}
