// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rows of calls, as the writer reads and writes them.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  type CallChange,
  CALLS_SQL,
  newestChanges,
  readRecent,
  RECENT_SQL,
  type StoredCall,
  walkCalls,
} from "./calls.ts";
import { readNullableText } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { UndoLog } from "./undo_log.ts";
import type { StoredSession } from "./stored_session.ts";

/** The changes to the rows of a session's calls. */
export interface CallChanges {
  /** Rows to write. */
  rows: readonly StoredCall[];
  /** Keys of rows to delete. */
  removed: readonly string[];
}

/** Statements for the rows of calls. Each finds its rows by a key: a test checks their plans. */
export const CALL_SQL = {
  read: "SELECT body FROM calls WHERE session = ? AND call = CAST(? AS BLOB)",
  all: CALLS_SQL,
  put:
    `INSERT INTO calls (session, call, body) VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB))
    ON CONFLICT DO UPDATE SET body = excluded.body`,
  drop: "DELETE FROM calls WHERE session = ? AND call = CAST(? AS BLOB)",
} as const;

/** A session with its unfiled changes of calls. */
type CallsOf = Pick<StoredSession, "key" | "recentCalls">;

/** Reads and writes rows of calls. Call all methods inside a transaction. */
export class CallRows {
  readonly #undo: UndoLog;
  readonly #sql: Statements<keyof typeof CALL_SQL | "recent">;

  /** @param undo Takes back changes of calls in memory. */
  constructor(db: DatabaseSync, undo: UndoLog) {
    this.#undo = undo;
    this.#sql = prepareAll(db, { ...CALL_SQL, recent: RECENT_SQL });
  }

  /** Reads the row of a call; null if there is none. */
  read({ key, recentCalls }: CallsOf, call: string): string | null {
    const recent = recentCalls.get(call);
    if (recent !== undefined) return recent;
    return readNullableText(this.#sql.read.get(key, call)?.body);
  }

  /** Reads all rows of a session's calls. */
  all({ key, recentCalls }: CallsOf): Iterable<StoredCall> {
    return walkCalls(this.#sql.all, key, new Map(recentCalls));
  }

  /** Reads the last change that unfiled events made to each call. */
  recent(events: readonly number[]): Map<string, string | null> {
    return newestChanges(readRecent(this.#sql.recent, events));
  }

  /** Adds changes to those of unfiled events. */
  note(
    recent: Map<string, string | null>,
    changes: readonly CallChange[],
  ): void {
    for (const { key, body } of changes) {
      const before = recent.get(key);
      recent.set(key, body);
      this.#undo.push(() => {
        if (before === undefined) recent.delete(key);
        else recent.set(key, before);
      });
    }
  }

  /** Writes changes to the rows of a session's calls. */
  file(session: number, changes: ReadonlyMap<string, string | null>): void {
    for (const [key, body] of changes) {
      if (body === null) this.#sql.drop.run(session, key);
      else this.#sql.put.run(session, key, body);
    }
  }
}

/** Returns changes as one list. */
export function toCallChanges({ rows, removed }: CallChanges): CallChange[] {
  return [...removed.map((key) => ({ key, body: null })), ...rows];
}
