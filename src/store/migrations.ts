// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The schema, as a list of migrations. A released step is never changed; new steps are appended.
 * @module
 */

/** Marks the file as ours (`PRAGMA application_id`): "kzen". */
export const APPLICATION_ID = 0x6b7a656e;

/**
 * Texts from payloads are BLOBs of UTF-8, because SQLite cuts a TEXT at NUL. BLOBs also sort by
 * bytes.
 *
 * - `sessions.newest` is -1 - started_at_ms as a signed integer: ascending order is newest first,
 *   without overflow.
 * - `sessions.record` is the record's JSON as it is sent. Columns repeat the values that are
 *   searched.
 * - `sessions.events_filed` and `events_tail` list the session's rows of `events` in their order.
 *   The first ones are in `blocks`, packed like the tail. `spans_filed` and `spans_tail` do the
 *   same for `spans`.
 * - `events.head`, `payload` and "}" make the event's JSON as it is sent. The small, often used
 *   columns come first, so that a long payload is not read for them.
 * - `event_ids` has the `kaizen_id`s of the filed events.
 * - `spans`: of a session's rows with the same span_id the last one counts. `view` is the
 *   ToolSpanView's JSON; the tree is built from the other columns.
 * - `trash` lists deleted sessions whose rows (all filed) are still being removed.
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
 * A session depends on the set of its events and not on their order of arrival, and each call has a
 * row. The results of version 1 are not kept: each of its sessions is `stale`, and is rebuilt from
 * its events in the background as soon as the store is open.
 *
 * - `sessions.minute` is -(last_ms / 60000): ascending order is newest activity first, and the
 *   index changes at most once a minute. Rows of one minute are sorted by `last_ms` and `id` when
 *   they are read. Times are signed integers with the bits of a u64.
 * - `sessions.record` is the record's JSON up to the keys that depend on other rows or on the
 *   time. These follow: the end of `totals` (`told`, or the sums of `usage_sums`), `start_commit`,
 *   `end_commit` and `branch` (JSON; null if only `commits` may have it), then `live`, or `quiet`
 *   after `quiet_ms`. `status` and `agent` are repeated for searches.
 * - `sessions.state` is the input for the next event. `trace` is the transcript: sessions with
 *   the same transcript continue one another.
 * - `sessions.last_seq` counts all events ever stored, `events` those that are not deleted.
 * - `sessions.stale`: 1 if the session must be rebuilt. Until then it takes new events, and
 *   nothing else in its row is right.
 * - `calls` has the text of each ended call, and other texts that later events may need, as of
 *   the filed events. The changes of an unfiled event are in its own row (`events.calls`), which is
 *   written anyway. Up to the row `sessions.calls_after` they are also in `calls`.
 * - `events.head` has marks in place of the parts that almost all events share (`head.ts`).
 * - `events.session` is the key of the event's session; null for an event of version 1 until its
 *   session is rebuilt. The rows of sessions may lack the newest events, which are then found by
 *   this column.
 * - `events.source` is the agent that the event was sent for, as an index into `HOOK_SOURCES`;
 *   null for an event of version 1.
 * - `commits` has the facts of git events. Sessions in the same directory get their commits from
 *   it. `ref` and `branch` are JSON.
 * - `transcripts` has the files that payloads name, the position up to which each is read
 *   (`mark`, JSON; null before the first read), and the reason why a file cannot be read (`fault`;
 *   `expected` before the first look).
 * - `usage` has the tokens of each message in a transcript, once. `message` is its key. `cost` is
 *   null if no price is known. `cost_source` is an index into `COST_SOURCES`. `usage_sums` has the
 *   sums for each session, subagent ("" for none) and model. `last_ms` is never less than the time
 *   of the last message; `call` is the call that started the subagent, if a transcript names it.
 * - `transcript_calls` has the calls in transcripts.
 * - `prices` has one row: the prices from which all costs were computed.
 * - `epochs` are the histories that cursors of the stream name. An epoch has the events from the
 *   key `first` to the first key of the next epoch. A restored backup begins a new epoch. `fork` is
 *   set for epochs of the store that a backup has replaced: both stores have the same events up to
 *   this key.
 * - `deleted.last` is the greatest key of any deleted event. No later event gets it, and a cursor
 *   before it may miss events.
 * - `blocks.kind` is 0 for events. The rows and blocks (kind 1) of version 1's spans are removed
 *   a few at a time, like those of deleted sessions.
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

/** An event of a session that began in another directory finds it by its id alone. */
const V3 = `
CREATE INDEX sessions_id ON sessions (id, workspace);
`;

/** Step N leads from `user_version` N to N + 1. */
export const MIGRATIONS: readonly string[] = [V1, V2, V3];
