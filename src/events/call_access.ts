// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rows of a session beside its state: calls that have ended, subagents that are done, and marks. Only this folder reads them.
 * @module
 */

/** A row; a new one takes the place of one with the same key. */
export interface CallRow {
  readonly key: string;
  readonly body: string;
}

/** The rows of one session as they are now, those that a transaction has written already included. */
export interface CallAccess {
  /** Returns the body of a row, or null. */
  get(key: string): string | null;
  /** Returns all rows in any order. Asked only when an event comes late. */
  all(): Iterable<CallRow>;
}
