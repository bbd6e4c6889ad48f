// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Recognizes events that are already stored by their ids.
 *
 * An index entry for each event would write one more page for each event. Therefore the ids of a
 * session's newest events are only in the events themselves and in memory. They are added to the
 * index together, when the block of their rows is filed.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { readNullableText } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { UndoLog } from "./undo_log.ts";

/** Statements for the ids of events; see `WRITE_SQL`. */
export const ID_SQL = {
  find:
    `SELECT 1 FROM event_ids WHERE session = ?1 AND kaizen_id BETWEEN CAST(?2 AS BLOB) AND CAST(?3 AS BLOB)
    UNION ALL SELECT 1 FROM event_ids WHERE session = ?1 AND kaizen_id = CAST(?4 AS BLOB)`,
  add: "INSERT INTO event_ids (session, kaizen_id) VALUES (?, CAST(? AS BLOB))",
  drop:
    "DELETE FROM event_ids WHERE session = ? AND kaizen_id = CAST(? AS BLOB)",
  ofEvent: "SELECT kaizen_id FROM events WHERE key = ?",
} as const;

/** A longer id is indexed at once, because memory holds the ids of many events. */
const MAX_RECENT_CHARS = 128;

/** Ids by which a session may have an event. */
export interface KnownIds {
  /** Ids in order, between which there is no other id. */
  readonly range: readonly [string, ...string[]];
  /** An id beside them. */
  readonly own: string;
}

/** The index of ids. */
export class EventIds {
  readonly #undo: UndoLog;
  readonly #sql: Statements<keyof typeof ID_SQL>;

  /** @param undo Takes back changes of ids in memory. */
  constructor(db: DatabaseSync, undo: UndoLog) {
    this.#undo = undo;
    this.#sql = prepareAll(db, ID_SQL);
  }

  /** Reads the ids of events whose ids are not in the index. */
  load(rows: readonly number[]): Set<string> {
    const ids = new Set<string>();
    for (const row of rows) {
      const id = this.#read(row);
      if (id !== "" && id.length <= MAX_RECENT_CHARS) ids.add(id);
    }
    return ids;
  }

  #read(row: number): string {
    return readNullableText(this.#sql.ofEvent.get(row)?.kaizen_id) ?? "";
  }

  /**
   * Tells whether the session has an event with one of these ids.
   *
   * @param recent The ids of the session that are not in the index.
   * @param hasIndex Whether the index may have ids of the session.
   */
  has(
    session: number,
    { range, own }: KnownIds,
    { recent, hasIndex }: { recent: ReadonlySet<string>; hasIndex: boolean },
  ): boolean {
    if (recent.has(own) || range.some((id) => recent.has(id))) return true;
    if (!hasIndex && own.length <= MAX_RECENT_CHARS) return false;
    const [first] = range;
    const last = range.at(-1) ?? first;
    return this.#sql.find.get(session, first, last, own) !== undefined;
  }

  /** Adds the id of a new event to the ids that are not in the index, if it is short. */
  add(session: number, recent: Set<string>, id: string): void {
    if (id.length > MAX_RECENT_CHARS) return this.index(session, [id]);
    recent.add(id);
    this.#undo.push(() => recent.delete(id));
  }

  /** Removes the ids of events that are being deleted. Returns these. */
  drop(session: number, rows: readonly number[]): string[] {
    const ids = rows.map((row) => this.#read(row));
    for (const id of ids) this.#sql.drop.run(session, id);
    return ids;
  }

  /** Adds ids to the index. */
  index(session: number, ids: Iterable<string>): void {
    for (const id of ids) this.#sql.add.run(session, id);
  }
}
