// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells events that were stored before by the ids their clients gave them.
 *
 * An index entry for each event would be one more page to write for each. So the newest ids of a session are only in its events and in
 * memory; when they have become many they go to the index together. The session's row says up to which event that was done.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { rowKey, rowKeys } from "./keys.ts";
import { readBlob, toBlob, toText } from "./rows.ts";

/** Ids of one session that are not in the index yet, and their length, in characters. */
const MAX_RECENT = 128;
const MAX_RECENT_CHARS = 16 * 1024;

/** What is known of a session's ids. */
export interface KnownIds {
  /** The ids of events before this number are in the index. */
  readonly indexed: number;
  /** Those of the events from there on. */
  readonly recentIds: readonly string[];
}

/** The ids of a session without events. */
export const NO_IDS: KnownIds = { indexed: 0, recentIds: [] };

/** The index of ids. */
export class EventIds {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #recent: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(
      "SELECT 1 FROM event_ids WHERE session = ? AND kaizen_id = ?",
    );
    this.#add = db.prepare(
      "INSERT INTO event_ids (session, kaizen_id) VALUES (?, ?)",
    );
    this.#recent = db.prepare(
      `SELECT kaizen_id FROM events WHERE key BETWEEN ? AND ? AND kaizen_id IS NOT NULL
       ORDER BY key`,
    );
  }

  /** Reads the ids that are not in the index. */
  load(session: number, indexed: number): KnownIds {
    const [, last] = rowKeys(session);
    const recentIds = this.#recent.all(rowKey(session, indexed), last)
      .map((row) => toText(readBlob(row.kaizen_id)));
    return { indexed, recentIds };
  }

  /** Tells whether the session has an event with this id. */
  has(session: number, known: KnownIds, id: string): boolean {
    return known.recentIds.includes(id) ||
      known.indexed > 0 && this.#find.get(session, toBlob(id)) !== undefined;
  }

  /**
   * Adds the id of an event that is being stored; most times this writes nothing.
   *
   * @returns What is known then.
   */
  add(session: number, known: KnownIds, id: string, seq: number): KnownIds {
    const recentIds = [...known.recentIds, id];
    const chars = recentIds.reduce((sum, { length }) => sum + length, 0);
    if (recentIds.length < MAX_RECENT && chars < MAX_RECENT_CHARS) {
      return { indexed: known.indexed, recentIds };
    }
    for (const it of recentIds) this.#add.run(session, toBlob(it));
    return { indexed: seq + 1, recentIds: [] };
  }
}
