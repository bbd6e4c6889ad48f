// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The schema, as the list of steps that lead to it. A step that has been released is never changed; a new one is appended.
 * @module
 */

/** Marks the file as ours (`PRAGMA application_id`); "kzen". */
export const APPLICATION_ID = 0x6b7a656e;

/**
 * Texts that came out of payloads are BLOBs of UTF-8, since SQLite cuts a TEXT at NUL; they also sort by bytes that way.
 *
 * - `sessions.newest` is -1 - started_at_ms as a signed integer, so that ascending order is newest first without overflow.
 * - `sessions.record` is the record's JSON as it travels; what is searched is repeated in columns.
 * - `sessions.events_filed` and `events_tail` say which rows of `events` are the session's, in their order: the first ones are in
 *   `blocks`, packed as the tail is; `spans_filed` and `spans_tail` likewise.
 * - `events.head`, `payload` and "}" make the event's JSON as it travels; what is small and often wanted comes first, so that a long
 *   payload is not read for it.
 * - `event_ids` has the `kaizen_id`s of the events that are filed.
 * - `spans`: of a session's rows with the same span_id the last counts. `view` is the ToolSpanView's JSON; the other columns are what the
 *   tree is built from.
 * - `trash` lists sessions that are deleted but whose rows (all filed) are still being removed.
 */
const V1 = `
CREATE TABLE workspaces (
  key INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE sessions (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  id BLOB NOT NULL,
  newest INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  event_bytes INTEGER NOT NULL,
  agent TEXT NOT NULL,
  status TEXT NOT NULL,
  events_filed INTEGER NOT NULL,
  events_tail BLOB NOT NULL,
  spans_filed INTEGER NOT NULL,
  spans_tail BLOB NOT NULL,
  record BLOB NOT NULL,
  UNIQUE (workspace, id)
) STRICT;
CREATE INDEX sessions_newest ON sessions (workspace, newest, id);
CREATE TABLE events (
  key INTEGER PRIMARY KEY,
  kaizen_id BLOB,
  head BLOB NOT NULL,
  payload BLOB NOT NULL
) STRICT;
CREATE TABLE spans (
  key INTEGER PRIMARY KEY,
  span_id BLOB NOT NULL,
  parent BLOB,
  depth INTEGER NOT NULL,
  start_ms INTEGER,
  cost INTEGER,
  tokens INTEGER,
  view BLOB NOT NULL
) STRICT;
CREATE TABLE blocks (
  session INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  first INTEGER NOT NULL,
  members BLOB NOT NULL,
  PRIMARY KEY (session, kind, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_ids (
  session INTEGER NOT NULL,
  kaizen_id BLOB NOT NULL,
  PRIMARY KEY (session, kaizen_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE trash (
  session INTEGER PRIMARY KEY
) STRICT;
`;

/** Step N leads from `user_version` N to N + 1. */
export const MIGRATIONS: readonly string[] = [V1];
