// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The statements of an event.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * What is run for an event. Each statement finds its rows by a key: a test looks at their plans.
 *
 * Texts are bound as they are and become BLOBs here: that takes a third of the time that encoding them first would.
 */
export const WRITE_SQL = {
  find:
    `SELECT key, event_bytes, events_filed, events_tail, spans_filed, spans_tail, record FROM sessions
    WHERE workspace = ? AND id = CAST(? AS BLOB)`,
  addWorkspace:
    "INSERT INTO workspaces (key, path) VALUES (?, CAST(? AS BLOB))",
  addSession:
    `INSERT INTO sessions (last_seq, last_ms, event_bytes, agent, status, events_filed, events_tail, spans_filed, spans_tail, record,
      key, workspace, id, newest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB), ?, ?, CAST(? AS BLOB), ?)`,
  changeSession:
    `UPDATE sessions SET last_seq = ?, last_ms = ?, event_bytes = ?, agent = ?, status = ?, events_filed = ?, events_tail = ?,
      spans_filed = ?, spans_tail = ?, record = CAST(? AS BLOB) WHERE key = ?`,
  changeStart: "UPDATE sessions SET newest = ? WHERE key = ?",
  addEvent:
    "INSERT INTO events (key, kaizen_id, head, payload) VALUES (?, CAST(? AS BLOB), ?, ?)",
  addSpan:
    `INSERT INTO spans (key, span_id, parent, depth, start_ms, cost, tokens, view)
    VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB), ?, ?, ?, ?, CAST(? AS BLOB))`,
  findLists:
    `SELECT workspace, id, events_filed, events_tail, spans_filed, spans_tail FROM sessions
    WHERE key = ?`,
  changeSpans:
    "UPDATE sessions SET spans_filed = ?, spans_tail = ? WHERE key = ?",
  readEvent:
    `SELECT head, CASE WHEN length(payload) <= ? THEN payload END AS payload FROM events
    WHERE key = ?`,
} as const;

/** The statements, prepared once. */
export type WriteStatements = Readonly<
  Record<keyof typeof WRITE_SQL, StatementSync>
>;

/** Prepares them all. */
export function prepareWrites(db: DatabaseSync): WriteStatements {
  return {
    find: db.prepare(WRITE_SQL.find),
    addWorkspace: db.prepare(WRITE_SQL.addWorkspace),
    addSession: db.prepare(WRITE_SQL.addSession),
    changeSession: db.prepare(WRITE_SQL.changeSession),
    changeStart: db.prepare(WRITE_SQL.changeStart),
    addEvent: db.prepare(WRITE_SQL.addEvent),
    addSpan: db.prepare(WRITE_SQL.addSpan),
    findLists: db.prepare(WRITE_SQL.findLists),
    changeSpans: db.prepare(WRITE_SQL.changeSpans),
    readEvent: db.prepare(WRITE_SQL.readEvent),
  };
}
