// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The statements of an event.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { HEAD_SQL } from "./head.ts";
import { CALLS_SQL } from "./calls.ts";
import { NOTE_DELETED_SQL } from "./epochs.ts";
import { prepareAll, type Statements } from "./statements.ts";

/** Columns that the writer reads of a session. */
const SESSION =
  `SELECT key, workspace, id, first_ms, last_ms, last_seq, event_bytes, stale, agent, trace, calls_after, events_filed, events_tail, state
   FROM sessions`;

/**
 * Statements for an event. Each finds its rows by a key: a test checks their plans.
 *
 * Texts are bound as strings and become BLOBs here, which takes a third of the time of encoding
 * them first.
 */
export const WRITE_SQL = {
  find: `${SESSION} WHERE workspace = ? AND id = CAST(? AS BLOB)`,
  findKey: `${SESSION} WHERE key = ?`,
  findTrace: `${SESSION} WHERE trace = CAST(? AS BLOB)`,
  addWorkspace:
    "INSERT INTO workspaces (key, path) VALUES (?, CAST(? AS BLOB))",
  addSession:
    `INSERT INTO sessions (last_ms, last_seq, events, event_bytes, events_filed, events_tail, first_ms, quiet_ms, agent, status, branch,
      record, told, live, quiet, state, key, workspace, id, minute, trace, stale, calls_after)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), CAST(? AS BLOB), ?, ?,
      CAST(? AS BLOB), ?, CAST(? AS BLOB), 0, 0)`,
  changeSession:
    `UPDATE sessions SET last_ms = ?, last_seq = ?, events = ?, event_bytes = ?, events_filed = ?, events_tail = ?, first_ms = ?,
      quiet_ms = ?, agent = ?, status = ?, branch = CAST(? AS BLOB), record = CAST(? AS BLOB), told = CAST(? AS BLOB), live = CAST(? AS BLOB),
      quiet = CAST(? AS BLOB), state = CAST(? AS BLOB) WHERE key = ?`,
  changeStale:
    `UPDATE sessions SET last_ms = ?, last_seq = ?, events = ?, event_bytes = ?, events_filed = ?, events_tail = ? WHERE key = ?`,
  changeMinute: "UPDATE sessions SET minute = ? WHERE key = ?",
  changeTrace: "UPDATE sessions SET trace = CAST(? AS BLOB) WHERE key = ?",
  markStale: "UPDATE sessions SET stale = 1 WHERE key = ?",
  markFresh: "UPDATE sessions SET stale = 0, calls_after = ? WHERE key = ?",
  addEvent:
    `INSERT INTO events (key, kaizen_id, head, payload, source, calls, session)
    VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB), ?, ?, CAST(? AS BLOB), ?)`,
  readEvent:
    "SELECT kaizen_id, source, head, payload FROM events WHERE key = ?",
  eventBytes:
    `SELECT length(CAST(${HEAD_SQL} AS BLOB)) + length(payload) + 1 AS bytes FROM events WHERE key = ?`,
  dropEvent: "DELETE FROM events WHERE key = ?",
  noteDeleted: NOTE_DELETED_SQL,
  readCall:
    "SELECT body FROM calls WHERE session = ? AND call = CAST(? AS BLOB)",
  readCalls: CALLS_SQL,
  putCall:
    `INSERT INTO calls (session, call, body) VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB))
    ON CONFLICT DO UPDATE SET body = excluded.body`,
  dropCall: "DELETE FROM calls WHERE session = ? AND call = CAST(? AS BLOB)",
  addCommit: `INSERT INTO commits (workspace, ts_ms, tie, session, ref, branch)
    VALUES (?, ?, CAST(? AS BLOB), ?, CAST(? AS BLOB), CAST(? AS BLOB)) ON CONFLICT DO NOTHING`,
} as const;

/** Runs once, when a store is opened. */
const NEWEST_EVENTS =
  "SELECT key, session FROM events ORDER BY key DESC LIMIT ?";

/** The prepared statements. */
export type WriteStatements = Statements<
  keyof typeof WRITE_SQL | "newestEvents"
>;

/** Prepares all statements of an event. */
export function prepareWrites(db: DatabaseSync): WriteStatements {
  const sql = prepareAll(db, { ...WRITE_SQL, newestEvents: NEWEST_EVENTS });
  for (const it of [sql.find, sql.findKey, sql.findTrace]) {
    it.setReadBigInts(true);
  }
  return sql;
}
