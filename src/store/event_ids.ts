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

/** Statements for the ids of events; see `WRITE_SQL`. */
export const ID_SQL = {
  find:
    "SELECT 1 FROM event_ids WHERE session = ? AND kaizen_id = CAST(? AS BLOB)",
  add: "INSERT INTO event_ids (session, kaizen_id) VALUES (?, CAST(? AS BLOB))",
  drop:
    "DELETE FROM event_ids WHERE session = ? AND kaizen_id = CAST(? AS BLOB)",
  ofEvent: "SELECT kaizen_id FROM events WHERE key = ?",
} as const;

/** A longer id is indexed at once, because memory holds the ids of many events. */
const MAX_RECENT_CHARS = 128;

/** The index of ids. */
export class EventIds {
  readonly #sql: Statements<keyof typeof ID_SQL>;

  constructor(db: DatabaseSync) {
    this.#sql = prepareAll(db, ID_SQL);
  }

  /** Reads the ids of events whose ids are not in the index. */
  load(rows: readonly number[]): string[] {
    const ids: string[] = [];
    for (const row of rows) {
      const id = this.#read(row);
      if (id !== "" && id.length <= MAX_RECENT_CHARS) ids.push(id);
    }
    return ids;
  }

  #read(row: number): string {
    return readNullableText(this.#sql.ofEvent.get(row)?.kaizen_id) ?? "";
  }

  /**
   * Tells whether the session has an event with this id.
   *
   * @param recent The ids of the session that are not in the index.
   * @param hasIndex Whether the index may have ids of the session.
   */
  has(
    session: number,
    id: string,
    { recent, hasIndex }: { recent: readonly string[]; hasIndex: boolean },
  ): boolean {
    if (recent.includes(id)) return true;
    if (!hasIndex && id.length <= MAX_RECENT_CHARS) return false;
    return this.#sql.find.get(session, id) !== undefined;
  }

  /** Adds the id of a new event to the ids that are not in the index. Returns these. */
  add(session: number, recent: readonly string[], id: string): string[] {
    if (id.length <= MAX_RECENT_CHARS) return [...recent, id];
    this.index(session, [id]);
    return [...recent];
  }

  /** Removes the ids of events that are being deleted. Returns these. */
  drop(session: number, rows: readonly number[]): string[] {
    const ids = rows.map((row) => this.#read(row));
    for (const id of ids) this.#sql.drop.run(session, id);
    return ids;
  }

  /** Adds ids to the index. */
  index(session: number, ids: readonly string[]): void {
    for (const id of ids) this.#sql.add.run(session, id);
  }
}
