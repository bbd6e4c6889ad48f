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

/**
 * Sessions become what their events say, whatever the order in which these came, and calls have a row each. What version 1 made of its
 * events is not kept: each of its sessions is `stale`, and its events are read once more, a few at a time, as soon as the store is open.
 *
 * - `sessions.minute` is -(last_ms / 60000): ascending order is that of the last activity, the newest first, and the index changes once a
 *   minute at most; rows of one minute are sorted by `last_ms` and `id` when they are read. Times are signed integers with the bits of a u64.
 * - `sessions.record` is the record's JSON up to the keys that depend on other rows or on the time: the end of `totals` (`told`, or what
 *   `usage_sums` has instead), `start_commit`, `end_commit` and
 *   `branch` (JSON; null where only `commits` may know), then `live`, or `quiet` once `quiet_ms` is past. `status` and `agent` are repeated
 *   to be searched.
 * - `sessions.state` is what the next event changes; `trace` the transcript, by which sessions are found that go on with one another.
 * - `sessions.last_seq` counts all events that ever came, `events` those that are left.
 * - `sessions.stale`: 1 if its events have to be read once more. Until then it gets events, and nothing else of its row is right.
 * - `calls` has what is known of each call that has ended, and other texts that the next events may need: of the events that are filed.
 *   What an event that is not filed has changed is in its own row (`events.calls`), which is written anyway; of those up to the row
 *   `sessions.calls_after` it is in `calls`, too.
 * - `events.head` has marks where it has the parts that almost all events have in common (`head.ts`).
 * - `events.session` is that of the event; null where version 1 stored it, until its session is rebuilt. The rows of sessions lack
 *   the newest 64 events at most, which are then found by it.
 * - `events.source` is the agent as which the event came, a number of `HOOK_SOURCES`; null where version 1 stored it.
 * - `commits` has what git events said, by which sessions of the same directory know theirs; `ref` and `branch` are JSON.
 * - `transcripts` has the files that payloads name, how far each is read (`mark`, JSON; null before the first time), and why one cannot be.
 * - `usage` has the tokens of each message that a transcript tells, once; `message` is its key. `cost` is null where no price is known;
 *   `cost_source` is a number of `COST_SOURCES`. `usage_sums` adds up those of one session, subagent ("" for none) and model; `last_ms` is
 *   never less than the time of its last message, and `call` the call that started the subagent, where a transcript says it.
 * - `transcript_calls` has the calls that transcripts tell of.
 * - `prices` has one row: which prices all costs are made with.
 * - `epochs` are the histories that cursors of the stream name: the events from the key `first` on are of the epoch, up to the next one's.
 *   A restored backup begins a new one. `fork` is set for epochs of the store that a backup has replaced: up to which key both are the same.
 * - `deleted.last` is the greatest key of any event that was deleted: no later event gets it, and a cursor before it may miss some.
 * - `blocks.kind` is 0 for events. The rows and blocks (1) of version 1's spans are removed a few at a time, like those of deleted sessions.
 */
const V2 = `
ALTER TABLE sessions RENAME TO old_sessions;
DROP INDEX sessions_newest;
CREATE TABLE sessions (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  id BLOB NOT NULL,
  minute INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  quiet_ms INTEGER,
  last_seq INTEGER NOT NULL,
  events INTEGER NOT NULL,
  event_bytes INTEGER NOT NULL,
  stale INTEGER NOT NULL,
  agent TEXT NOT NULL,
  status TEXT NOT NULL,
  branch BLOB,
  trace BLOB,
  calls_after INTEGER NOT NULL,
  events_filed INTEGER NOT NULL,
  events_tail BLOB NOT NULL,
  record BLOB NOT NULL,
  told BLOB NOT NULL,
  live BLOB NOT NULL,
  quiet BLOB NOT NULL,
  state BLOB NOT NULL,
  UNIQUE (workspace, id)
) STRICT;
INSERT INTO sessions
  SELECT key, workspace, id, -(last_ms / 60000), -1 - newest, last_ms, NULL, last_seq, last_seq + 1, event_bytes, 1, agent, status,
    NULL, CAST(nullif(CAST(record AS TEXT) ->> '$.trace_path', '') AS BLOB), 0, events_filed, events_tail, x'', x'', x'', x'', x''
  FROM old_sessions ORDER BY key;
DROP TABLE old_sessions;
CREATE INDEX sessions_active ON sessions (workspace, minute);
CREATE INDEX sessions_trace ON sessions (trace) WHERE trace IS NOT NULL;
CREATE INDEX sessions_stale ON sessions (workspace) WHERE stale = 1;
CREATE TABLE calls (
  session INTEGER NOT NULL,
  call BLOB NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (session, call)
) STRICT, WITHOUT ROWID;
CREATE TABLE commits (
  workspace INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  tie BLOB NOT NULL,
  session INTEGER NOT NULL,
  ref BLOB NOT NULL,
  branch BLOB,
  PRIMARY KEY (workspace, ts_ms, tie)
) STRICT, WITHOUT ROWID;
ALTER TABLE events ADD COLUMN source INTEGER;
ALTER TABLE events ADD COLUMN calls BLOB;
ALTER TABLE events ADD COLUMN session INTEGER;
ALTER TABLE spans RENAME TO old_spans;
CREATE TABLE transcripts (
  key INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE,
  session INTEGER NOT NULL,
  agent TEXT NOT NULL,
  mark BLOB,
  fault TEXT
) STRICT;
CREATE INDEX transcripts_session ON transcripts (session);
CREATE INDEX transcripts_fault ON transcripts (fault);
CREATE TABLE usage_sums (
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  agent_id BLOB NOT NULL,
  model BLOB NOT NULL,
  call BLOB,
  last_ms INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  reasoned INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  UNIQUE (session, agent_id, model)
) STRICT;
CREATE TABLE usage (
  key INTEGER PRIMARY KEY,
  message BLOB NOT NULL UNIQUE,
  sums INTEGER NOT NULL,
  transcript INTEGER NOT NULL,
  is_copy INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  reasoning INTEGER,
  cost INTEGER,
  cost_source INTEGER NOT NULL
) STRICT;
CREATE INDEX usage_times ON usage (sums, ts_ms);
CREATE TABLE transcript_calls (
  session INTEGER NOT NULL,
  call BLOB NOT NULL,
  ts_ms INTEGER NOT NULL,
  agent_id BLOB NOT NULL,
  PRIMARY KEY (session, call)
) STRICT, WITHOUT ROWID;
CREATE TABLE prices (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  first INTEGER NOT NULL,
  fork INTEGER
) STRICT;
INSERT INTO epochs (id, first) VALUES (lower(hex(randomblob(8))), 1);
CREATE TABLE deleted (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;
INSERT INTO deleted VALUES (1, 0);
`;

/** Step N leads from `user_version` N to N + 1. */
export const MIGRATIONS: readonly string[] = [V1, V2];
