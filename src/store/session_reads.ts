// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the record, the events and the calls of one session.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  CALLS_SQL,
  changingEvents,
  newestChanges,
  readRecent,
  RECENT_SQL,
  type StoredCall,
  TEXT_BODY,
  walkCalls,
} from "./calls.ts";
import { HEAD_SQL, unpackHead } from "./head.ts";
import { type StoredSession, toQuiet } from "./stored_session.ts";
import { RECORD_SQL } from "./record_sql.ts";
import {
  countRows,
  readList,
  type RowList,
  RowLists,
  unpackRows,
} from "./row_lists.ts";
import {
  readBlob,
  readCells,
  readInt,
  readText,
  type Row,
  toSigned,
  toText,
} from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { Steps } from "./steps.ts";

/** Workspaces that one step looks into. */
const STEP_WORKSPACES = 500;
/** Rows that one statement reads. Reading them one by one takes four times as long. */
const BATCH_ROWS = 128;
/** Events that are longer together are read one by one, so that few of them are in memory. */
const BATCH_BYTES = 128 * 1024;
const CLOSE = Uint8Array.of(0x7d);
const COMMA = Uint8Array.of(0x2c);
const UTF8 = new TextEncoder();
/** Events that have no more bytes in all are not measured, which takes a fifth of their reading. */
const UNMEASURED_BYTES = 1024 * 1024;
/** SQL of the events of a list of keys, bound as JSON, in its order. */
const LISTED =
  "json_each(?) AS listed CROSS JOIN events ON events.key = listed.value";

/** A session as it is read. */
export interface ReadableSession {
  readonly key: number;
  readonly workspaceKey: number;
  /** Whether the session must be rebuilt first. */
  readonly isStale: boolean;
  /** The SessionRecord's JSON. */
  readonly record: Uint8Array;
  /** The input for its next event, as JSON. */
  readonly state: string;
  /** Number of its events. */
  readonly eventCount: number;
  /** Length of the JSON of all events together, without separators. */
  readonly eventBytes: number;
  readonly events: RowList;
  /** The changes that unfiled events made to its calls. */
  readonly recentCalls: ReadonlyMap<string, string | null>;
}

/** The name of a session. */
export interface SessionName {
  readonly workspaceKey: number;
  readonly id: string;
  readonly agent: string;
}

/** A session of an agent with the times of its first and last event, in epoch milliseconds. */
export interface AgentSession extends SessionName {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A session with the number of its newest event. */
export interface NumberedSession extends SessionName {
  readonly key: number;
  readonly lastSeq: number;
}

/** Statements for one session. */
const READ_SQL = {
  find:
    `SELECT key, stale, event_bytes, calls_after, events_filed, events_tail, state, CAST(${RECORD_SQL} AS BLOB) AS record
       FROM sessions WHERE workspace = ?2 AND id = CAST(?3 AS BLOB)`,
  recordOf: `SELECT CAST(${RECORD_SQL} AS BLOB) AS record
       FROM (SELECT ?2 AS workspace, ?3 AS first_ms, ?4 AS last_ms, ?5 AS quiet_ms, ?6 AS branch, ?7 AS record, ?8 AS told, ?9 AS live,
         ?10 AS quiet, ?11 AS key) AS sessions`,
  event: "SELECT head, payload FROM events WHERE key = ?",
  eventBytes:
    `SELECT sum(length(head) + length(payload) + 1) AS bytes FROM ${LISTED}`,
  eventTexts:
    `SELECT CAST(group_concat(concat(${HEAD_SQL}, payload, '}'), ',') AS BLOB) AS texts FROM ${LISTED}`,
  calls: CALLS_SQL,
  recent: RECENT_SQL,
  bodies: `SELECT listed.key, ${TEXT_BODY}
       FROM json_each(?2) AS listed CROSS JOIN calls ON session = ?1 AND call = unhex(listed.value)`,
  all: "SELECT key, workspace, id, agent, last_seq FROM sessions ORDER BY key",
  heads: `SELECT head FROM ${LISTED}`,
  ofAgents: `SELECT workspace, id, agent, ${safeMs("first_ms")}, ${
    safeMs("last_ms")
  } FROM sessions WHERE agent <> 'git'`,
  committing:
    `SELECT workspace, id, agent FROM sessions WHERE key IN (SELECT DISTINCT session FROM commits WHERE workspace = ?)`,
};

/** Reads sessions through one connection. */
export class SessionReads {
  /** Sessions whose rows lack events, because the rows could not be written. */
  unwritten: readonly StoredSession[] = [];
  readonly #lists: RowLists;
  readonly #sql: Statements<keyof typeof READ_SQL>;

  constructor(db: DatabaseSync) {
    this.#lists = new RowLists(db);
    this.#sql = prepareAll(db, READ_SQL);
    this.#sql.bodies.setReturnArrays(true);
  }

  /** Lists all sessions. */
  all(): NumberedSession[] {
    return this.#sql.all.all().map((row) => ({
      ...nameOf(row),
      key: readInt(row.key),
      lastSeq: readInt(row.last_seq),
    }));
  }

  /** Reads the numbers of a session's events in their order. Events without a row are missing. */
  eventNumbers(session: ReadableSession): number[] {
    const keys = this.#lists.read(session.key, session.events);
    return [...batches(keys)].flatMap((batch) =>
      this.#sql.heads.all(JSON.stringify(batch)).map((row) =>
        Number(/"seq":(\d+)/.exec(toText(readBlob(row.head)))?.[1])
      )
    );
  }

  /** Lists the sessions of agents, with their first and last time in epoch milliseconds. */
  ofAgents(): AgentSession[] {
    return this.#sql.ofAgents.all().map((row) => ({
      ...nameOf(row),
      firstMs: readInt(row.first_ms),
      lastMs: readInt(row.last_ms),
    }));
  }

  /** Finds the sessions in a workspace that have commits. */
  committing(workspaceKey: number): SessionName[] {
    return this.#sql.committing.all(workspaceKey).map(nameOf);
  }

  /**
   * Finds a session by its id in the first workspace that has it.
   *
   * @param nowMs The time of the request in epoch milliseconds.
   */
  *find(
    workspaces: readonly number[],
    id: string,
    nowMs: number,
  ): Steps<ReadableSession | null> {
    for (const [i, workspace] of workspaces.entries()) {
      const ahead = this.unwritten.find((it) =>
        it.workspaceKey === workspace && it.id === id
      );
      if (ahead !== undefined) return this.#fromMemory(ahead, nowMs);
      const row = this.#sql.find.get(nowMs, workspace, id);
      if (row !== undefined) {
        const events = readList(row);
        const recent = changingEvents(row, unpackRows(events.tail));
        return {
          key: readInt(row.key),
          workspaceKey: workspace,
          isStale: readInt(row.stale) === 1,
          record: readBlob(row.record),
          state: toText(readBlob(row.state)),
          eventCount: countRows(events),
          eventBytes: readInt(row.event_bytes),
          events,
          recentCalls: newestChanges(readRecent(this.#sql.recent, recent)),
        };
      }
      if (i % STEP_WORKSPACES === STEP_WORKSPACES - 1) yield;
    }
    return null;
  }

  #fromMemory(session: StoredSession, nowMs: number): ReadableSession | null {
    const { workspaceKey, firstMs, lastMs, events, recentCalls } = session;
    const texts = session.form?.print();
    if (texts === undefined) return null;
    const { branch, record, told, live, quiet, state } = texts;
    const row = this.#sql.recordOf.get(
      nowMs,
      workspaceKey,
      toSigned(firstMs),
      toSigned(lastMs),
      toQuiet(texts),
      branch,
      record,
      told,
      live,
      quiet,
      session.key,
    );
    return {
      ...session,
      record: readBlob(row?.record),
      state,
      eventCount: countRows(events),
      recentCalls: new Map(recentCalls),
    };
  }

  /** Reads the JSON of a session's events in their order, in pieces, with commas between events. */
  *events(session: ReadableSession): Generator<Uint8Array> {
    let some = false;
    const keys = this.#lists.read(session.key, session.events);
    for (const batch of batches(keys)) {
      if (some) yield COMMA;
      some = true;
      const list = JSON.stringify(batch);
      const bytes = session.eventBytes <= UNMEASURED_BYTES
        ? 0
        : readInt(this.#sql.eventBytes.get(list)?.bytes);
      if (bytes > BATCH_BYTES) yield* this.#eventByEvent(batch);
      else yield readBlob(this.#sql.eventTexts.get(list)?.texts);
    }
  }

  *#eventByEvent(keys: readonly number[]): Generator<Uint8Array> {
    for (const [i, key] of keys.entries()) {
      const row = this.#sql.event.get(key);
      if (i > 0) yield COMMA;
      yield unpackHead(readBlob(row?.head));
      yield readBlob(row?.payload);
      yield CLOSE;
    }
  }

  /** Reads all rows of a session's calls, one after the other, because there may be very many. */
  calls(session: ReadableSession): Iterable<StoredCall> {
    return walkCalls(this.#sql.calls, session.key, session.recentCalls);
  }

  /**
   * Reads the bodies of calls again.
   *
   * @param keys Keys of the calls, in the order in which they will be read.
   * @returns A function that returns the next body.
   */
  bodies(session: ReadableSession, keys: readonly string[]): () => string {
    const bodies = new Map<number, string>();
    let at = 0;
    return () => {
      if (at % BATCH_ROWS === 0) {
        bodies.clear();
        const some = keys.slice(at, at + BATCH_ROWS);
        const list = JSON.stringify(some.map((key) => toHex(key)));
        for (const row of this.#sql.bodies.all(session.key, list)) {
          const [place, body] = readCells(row);
          bodies.set(readInt(place), readText(body));
        }
      }
      const recent = session.recentCalls.get(keys[at] ?? "");
      const body = recent ?? bodies.get(at % BATCH_ROWS);
      at++;
      if (body === undefined) throw new TypeError("Cannot read row: no call");
      return body;
    };
  }
}

function nameOf(row: Row): SessionName {
  return {
    workspaceKey: readInt(row.workspace),
    id: toText(readBlob(row.id)),
    agent: String(row.agent),
  };
}

/** SQL of a time as an exact number. An agent may send any integer of 64 bits. */
function safeMs(column: string): string {
  return `max(min(${column}, ${Number.MAX_SAFE_INTEGER}), -1) AS ${column}`;
}

/** Encodes a key for a list in JSON: SQLite would cut a key at NUL. */
function toHex(key: string): string {
  let hex = "";
  for (const byte of UTF8.encode(key)) {
    hex += byte.toString(16).padStart(2, "0");
  }
  return hex;
}

/** Cuts a list into pieces. */
function* batches(keys: Iterable<number>): Generator<number[]> {
  let batch: number[] = [];
  for (const key of keys) {
    batch.push(key);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
