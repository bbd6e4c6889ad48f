// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells events that were stored before by the ids their clients gave them.
 *
 * An index entry for each event would be one more page to write for each. So the ids of a session's newest events are only in these and
 * in memory; they go to the index together, with the block that their rows are filed in.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readBlob, toText } from "./rows.ts";

/** What is run for an event's id; see `WRITE_SQL`. */
export const ID_SQL = {
  find:
    "SELECT 1 FROM event_ids WHERE session = ? AND kaizen_id = CAST(? AS BLOB)",
  add: "INSERT INTO event_ids (session, kaizen_id) VALUES (?, CAST(? AS BLOB))",
  drop:
    "DELETE FROM event_ids WHERE session = ? AND kaizen_id = CAST(? AS BLOB)",
  ofEvent: "SELECT kaizen_id FROM events WHERE key = ?",
} as const;

/** A longer id is indexed at once: memory holds those of many events. */
const MAX_RECENT_CHARS = 128;

/** The index of ids. */
export class EventIds {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #drop: StatementSync;
  readonly #ofEvent: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(ID_SQL.find);
    this.#add = db.prepare(ID_SQL.add);
    this.#drop = db.prepare(ID_SQL.drop);
    this.#ofEvent = db.prepare(ID_SQL.ofEvent);
  }

  /** Reads the ids of events that are not in the index. */
  load(rows: readonly number[]): string[] {
    const ids: string[] = [];
    for (const row of rows) {
      const id = this.#read(row);
      if (id !== "" && id.length <= MAX_RECENT_CHARS) ids.push(id);
    }
    return ids;
  }

  #read(row: number): string {
    const blob = this.#ofEvent.get(row)?.kaizen_id ?? null;
    return blob === null ? "" : toText(readBlob(blob));
  }

  /**
   * Tells whether the session has an event with this id.
   *
   * @param recent Its ids that are not in the index.
   * @param hasIndex Whether some may be in it.
   */
  has(
    session: number,
    id: string,
    { recent, hasIndex }: { recent: readonly string[]; hasIndex: boolean },
  ): boolean {
    if (recent.includes(id)) return true;
    if (!hasIndex && id.length <= MAX_RECENT_CHARS) return false;
    return this.#find.get(session, id) !== undefined;
  }

  /** Adds the id of an event that is being stored to those that are not in the index; returns them. */
  add(session: number, recent: readonly string[], id: string): string[] {
    if (id.length <= MAX_RECENT_CHARS) return [...recent, id];
    this.index(session, [id]);
    return [...recent];
  }

  /** Forgets the ids of events that are being deleted; returns them. */
  drop(session: number, rows: readonly number[]): string[] {
    const ids = rows.map((row) => this.#read(row));
    for (const id of ids) this.#drop.run(session, id);
    return ids;
  }

  /** Puts ids into the index. */
  index(session: number, ids: readonly string[]): void {
    for (const id of ids) this.#add.run(session, id);
  }
}
