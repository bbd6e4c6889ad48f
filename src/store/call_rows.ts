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
  readonly #sql: Statements<keyof typeof CALL_SQL | "recent">;

  constructor(db: DatabaseSync) {
    this.#sql = prepareAll(db, { ...CALL_SQL, recent: RECENT_SQL });
  }

  /** Reads the row of a call; null if there is none. */
  read({ key, recentCalls }: CallsOf, call: string): string | null {
    const recent = recentCalls.findLast((change) => change.key === call);
    if (recent !== undefined) return recent.body;
    return readNullableText(this.#sql.read.get(key, call)?.body);
  }

  /** Reads all rows of a session's calls. */
  all({ key, recentCalls }: CallsOf): Iterable<StoredCall> {
    return walkCalls(this.#sql.all, key, newestChanges(recentCalls));
  }

  /** Reads the changes that unfiled events made to calls, oldest first. */
  recent(events: readonly number[]): CallChange[] {
    return readRecent(this.#sql.recent, events);
  }

  /** Writes changes to the rows of a session's calls. */
  file(session: number, changes: readonly CallChange[]): void {
    for (const [key, body] of newestChanges(changes)) {
      if (body === null) this.#sql.drop.run(session, key);
      else this.#sql.put.run(session, key, body);
    }
  }
}

/** Returns changes as one list. */
export function toCallChanges({ rows, removed }: CallChanges): CallChange[] {
  return [...removed.map((key) => ({ key, body: null })), ...rows];
}
