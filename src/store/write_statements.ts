// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The writer's statements, prepared once.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

const SQL = {
  // Takes the lock at once: an error then has one place, before anything was changed.
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  savepoint: "SAVEPOINT part",
  rollbackTo: "ROLLBACK TO part",
  release: "RELEASE part",
  findSession:
    "SELECT key, last_seq, event_bytes, record FROM sessions WHERE workspace = ? AND id = ?",
  addWorkspace: "INSERT INTO workspaces (key, path) VALUES (?, ?)",
  addSession:
    `INSERT INTO sessions (key, workspace, id, newest, last_seq, last_ms, event_bytes, agent, status, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  changeSession:
    `UPDATE sessions SET last_seq = ?, last_ms = ?, event_bytes = ?, agent = ?, status = ?, record = ?
     WHERE key = ?`,
  changeStart: "UPDATE sessions SET newest = ? WHERE key = ?",
  // Only the same kaizen_id is ignored; the same key would be an event lost.
  addEvent:
    `INSERT INTO events (key, kaizen_id, head, payload) VALUES (?, ?, ?, ?)
     ON CONFLICT (key >> 32, kaizen_id) WHERE kaizen_id IS NOT NULL DO NOTHING`,
  addSpan:
    `INSERT INTO spans (key, span_id, parent, depth, start_ms, cost, tokens, view) VALUES (
       (SELECT coalesce(max(key) + 1, ?1) FROM spans WHERE key BETWEEN ?1 AND ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
  readTail:
    `SELECT key & 4294967295 AS seq, head, CASE WHEN length(payload) <= ? THEN payload END AS payload FROM events
     WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT ?`,
  readEvent: "SELECT head, payload FROM events WHERE key = ?",
} as const;

/** The writer's statements by what they do. */
export type WriteStatements = Readonly<Record<keyof typeof SQL, StatementSync>>;

/** Prepares them all. */
export function prepareWrites(db: DatabaseSync): WriteStatements {
  return {
    begin: db.prepare(SQL.begin),
    commit: db.prepare(SQL.commit),
    rollback: db.prepare(SQL.rollback),
    savepoint: db.prepare(SQL.savepoint),
    rollbackTo: db.prepare(SQL.rollbackTo),
    release: db.prepare(SQL.release),
    findSession: db.prepare(SQL.findSession),
    addWorkspace: db.prepare(SQL.addWorkspace),
    addSession: db.prepare(SQL.addSession),
    changeSession: db.prepare(SQL.changeSession),
    changeStart: db.prepare(SQL.changeStart),
    addEvent: db.prepare(SQL.addEvent),
    addSpan: db.prepare(SQL.addSpan),
    readTail: db.prepare(SQL.readTail),
    readEvent: db.prepare(SQL.readEvent),
  };
}
