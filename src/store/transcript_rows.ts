// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores which transcripts there are, the position up to which each is read, and their calls.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Ledger } from "./ledger.ts";
import {
  readBlob,
  readInt,
  readNullableText,
  type Row,
  toText,
} from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import { clampTime, cutName } from "./usage_values.ts";

/** A call in a transcript. */
export interface NewTranscriptCall {
  session: number;
  call: string;
  tsMs: number;
  /** "" for the session itself. */
  agentId: string;
}

/** A transcript that a payload named. */
export interface StoredTranscript {
  readonly key: number;
  readonly path: string;
  /** Key of the session that named it first. */
  readonly session: number;
  readonly agent: string;
  /** JSON; null if it has not been read. */
  readonly mark: string | null;
  /** The reason why it cannot be read; null if it can. */
  readonly fault: string | null;
}

/** Number of transcripts, and of those that cannot be read. */
export interface TranscriptCounts {
  read: number;
  missing: number;
  unreadable: number;
  /** Those that were never looked at. */
  expected: number;
}

/** The fault of a missing file. */
const MISSING = "missing";
/** Stands in the place of a fault until the first look at a file. */
const EXPECTED = "expected";
/** SQL of whether the session of a row is stored. */
export const ALIVE_SQL =
  "EXISTS (SELECT 1 FROM sessions WHERE sessions.key = session)";

/** Statements for transcripts. */
const TRANSCRIPT_SQL = {
  session:
    "SELECT key FROM sessions WHERE workspace = ? AND id = CAST(? AS BLOB)",
  hasSession: "SELECT 1 FROM sessions WHERE key = ?",
  find: "SELECT * FROM transcripts WHERE path = CAST(? AS BLOB)",
  add:
    "INSERT INTO transcripts (path, session, agent) VALUES (CAST(? AS BLOB), ?, ?)",
  expect:
    `INSERT INTO transcripts (path, session, agent, fault) VALUES (CAST(? AS BLOB), ?, ?, ?)
       ON CONFLICT DO NOTHING`,
  mark:
    "UPDATE transcripts SET mark = CAST(? AS BLOB), fault = ? WHERE key = ?",
  putCall:
    `INSERT INTO transcript_calls (session, call, ts_ms, agent_id) VALUES (?, CAST(? AS BLOB), ?, CAST(? AS BLOB))
       ON CONFLICT DO NOTHING`,
  list:
    `SELECT * FROM transcripts WHERE key < ? AND ${ALIVE_SQL} ORDER BY key DESC LIMIT ?`,
  unread:
    `SELECT key, trace, agent FROM sessions WHERE key < ? AND trace IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM transcripts WHERE path = trace) ORDER BY key DESC LIMIT ?`,
  counts:
    `SELECT count(*) AS total, count(fault) AS faults, count(*) FILTER (WHERE fault = ?) AS missing,
         count(*) FILTER (WHERE fault = ?) AS expected
       FROM transcripts INDEXED BY transcripts_fault`,
};

/** The transcripts that payloads named. Call the methods that write inside a transaction. */
export class TranscriptRows {
  readonly #ledger: Ledger;
  readonly #sql: Statements<keyof typeof TRANSCRIPT_SQL>;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#sql = prepareAll(db, TRANSCRIPT_SQL);
  }

  /** Returns the first stored session with an id, in any workspace; null if there is none. */
  sessionOf(id: string): number | null {
    let first: number | null = null;
    for (const { key } of this.#ledger.workspaces()) {
      const row = this.#sql.session.get(key, id);
      if (row === undefined) continue;
      const session = readInt(row.key);
      if (first === null || session < first) first = session;
    }
    return first;
  }

  /** Whether a session is stored. */
  hasSession(session: number): boolean {
    return this.#sql.hasSession.get(session) !== undefined;
  }

  /** Returns a transcript; null if it is not known. */
  find(path: string): StoredTranscript | null {
    const row = this.#sql.find.get(path);
    return row === undefined ? null : toTranscript(row);
  }

  /** Returns a transcript, and adds it if it is not known. */
  demand(path: string, session: number, agent: string): StoredTranscript {
    const known = this.find(path);
    if (known !== null) return known;
    const { lastInsertRowid } = this.#sql.add.run(path, session, agent);
    const key = Number(lastInsertRowid);
    return { key, path, session, agent, mark: null, fault: null };
  }

  /** Adds a transcript that is to be read later, unless it is known. */
  expect(path: string, session: number, agent: string): void {
    this.#sql.expect.run(path, session, agent, EXPECTED);
  }

  /** Notes the position up to which a transcript is read, or the reason why it cannot be read. */
  mark(transcript: number, mark: string | null, fault: string | null): void {
    this.#sql.mark.run(mark, fault, transcript);
  }

  /** Stores a call in a transcript. */
  putCall({ session, call, tsMs, agentId }: NewTranscriptCall): void {
    this.#sql.putCall.run(
      session,
      call,
      clampTime(tsMs),
      cutName(agentId),
    );
  }

  /** Reads transcripts of stored sessions before a key, newest first. */
  list(before: number, limit: number): StoredTranscript[] {
    return this.#sql.list.all(before, limit).map(toTranscript);
  }

  /** Reads sessions with a transcript that is not known, before a key, newest first. */
  unread(
    before: number,
    limit: number,
  ): { key: number; trace: string; agent: string }[] {
    return this.#sql.unread.all(before, limit).map((row) => ({
      key: readInt(row.key),
      trace: toText(readBlob(row.trace)),
      agent: String(row.agent),
    }));
  }

  /** Counts the transcripts. */
  counts(): TranscriptCounts {
    const row = this.#sql.counts.get(MISSING, EXPECTED);
    const faults = readInt(row?.faults);
    const missing = readInt(row?.missing);
    const expected = readInt(row?.expected);
    return {
      read: readInt(row?.total) - faults,
      missing,
      unreadable: faults - missing - expected,
      expected,
    };
  }
}

function toTranscript(row: Row): StoredTranscript {
  return {
    key: readInt(row.key),
    path: toText(readBlob(row.path)),
    session: readInt(row.session),
    agent: String(row.agent),
    mark: readNullableText(row.mark),
    fault: typeof row.fault === "string" ? row.fault : null,
  };
}
