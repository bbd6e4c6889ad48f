// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rows of a session beside its state: ended calls, ended subagents, and marks. Only this folder
 * reads them.
 * @module
 */

/** A row. It replaces a row with the same key. */
export interface CallRow {
  readonly key: string;
  readonly body: string;
}

/** The current rows of one session, including writes of the running transaction. */
export interface CallAccess {
  /** Returns the body of a row, or null. */
  get(key: string): string | null;
  /** Returns all rows in any order. Called only for late events. */
  all(): Iterable<CallRow>;
}
