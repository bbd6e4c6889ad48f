// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rows of sessions, as the writer reads and writes them.
 * @module
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CallRows } from "./call_rows.ts";
import { changingEvents } from "./calls.ts";
import { EventIds } from "./event_ids.ts";
import type { Ledger } from "./ledger.ts";
import { countRows, readList, unpackRows } from "./row_lists.ts";
import {
  minuteOf,
  readBig,
  readBlob,
  readInt,
  readNullableText,
  type Row,
  toSigned,
  toText,
  toUnsigned,
} from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import {
  type SessionForm,
  type SessionTexts,
  type StoredSession,
  toQuiet,
} from "./stored_session.ts";

/** Columns that the writer reads of a session. */
const SESSION =
  `SELECT key, workspace, id, first_ms, last_ms, last_seq, event_bytes, stale, agent, trace, calls_after, events_filed, events_tail, state
   FROM sessions`;

/** Statements for the rows of sessions. Each finds its rows by a key: a test checks their plans. */
export const SESSION_SQL = {
  find: `${SESSION} WHERE workspace = ? AND id = CAST(? AS BLOB)`,
  findKey: `${SESSION} WHERE key = ?`,
  findAnywhere:
    "SELECT workspace FROM sessions WHERE id = CAST(? AS BLOB) ORDER BY workspace",
  findTrace: `${SESSION} WHERE trace = CAST(? AS BLOB)`,
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
  moveSession: "UPDATE sessions SET workspace = ? WHERE key = ?",
  changeMinute: "UPDATE sessions SET minute = ? WHERE key = ?",
  changeTrace: "UPDATE sessions SET trace = CAST(? AS BLOB) WHERE key = ?",
  markStale: "UPDATE sessions SET stale = 1 WHERE key = ?",
  markFresh: "UPDATE sessions SET stale = 0, calls_after = ? WHERE key = ?",
} as const;

/** Reads and writes rows of sessions. Call all methods inside a transaction. */
export class SessionRows {
  readonly #ledger: Ledger;
  readonly #ids: EventIds;
  readonly #calls: CallRows;
  readonly #sql: Statements<keyof typeof SESSION_SQL>;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#ids = new EventIds(db, ledger.undo);
    this.#calls = new CallRows(db, ledger.undo);
    this.#sql = prepareAll(db, SESSION_SQL);
    const { find, findKey, findTrace } = this.#sql;
    for (const it of [find, findKey, findTrace]) it.setReadBigInts(true);
  }

  /** Looks a session up, first in memory. */
  find(workspace: string, id: string): StoredSession | null {
    const found = this.#ledger.workspace(workspace);
    return found === undefined ? null : this.#findIn(found.key, id);
  }

  /** Looks a session up in all workspaces. */
  findAnywhere(id: string): StoredSession | null {
    const row = this.#sql.findAnywhere.get(id);
    return row === undefined ? null : this.#findIn(readInt(row.workspace), id);
  }

  #findIn(workspaceKey: number, id: string): StoredSession | null {
    const known = this.#ledger.session(workspaceKey, id);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(workspaceKey, id);
    return row === undefined ? null : this.#read(row);
  }

  /** Looks a session up by its number; null if it is deleted. */
  byKey(key: number): StoredSession | null {
    const row = this.#sql.findKey.get(key);
    if (row === undefined) return null;
    const known = this.#ledger.session(
      readInt(row.workspace),
      toText(readBlob(row.id)),
    );
    return known ?? this.#read(row);
  }

  /** All sessions that have this transcript. */
  byTrace(trace: string): StoredSession[] {
    return this.#sql.findTrace.all(trace).map((row) => this.#read(row));
  }

  /** Moves a session to another workspace. Its next event writes the texts that name it. */
  move(session: StoredSession, workspaceKey: number): StoredSession {
    const { key, id, row } = session;
    this.#sql.moveSession.run(workspaceKey, key);
    this.#ledger.count(session.workspaceKey, -1, 0);
    this.#ledger.count(workspaceKey, 1, 0);
    this.#ledger.setSession(session.workspaceKey, id, null);
    return this.remember({
      ...session,
      workspaceKey,
      row: row && { ...row, workspaceKey },
    });
  }

  /** Writes the new form of a session, which is no longer stale. */
  change(current: StoredSession, form: SessionForm): StoredSession {
    const { isStale, events, recentCalls } = current;
    const session = this.write({
      ...current,
      ...rememberForm(form),
      recentCalls: isStale ? new Map() : recentCalls,
    }, current);
    if (isStale) {
      this.#sql.markFresh.run(events.last, current.key);
      this.#ledger.countStale(-1);
    }
    return session;
  }

  /** Notes that a session must be rebuilt from its events. Returns the session. */
  markStale(current: StoredSession): StoredSession {
    if (current.isStale) return current;
    this.#sql.markStale.run(current.key);
    this.#ledger.countStale(1);
    const recentCalls = new Map<string, string | null>();
    const stale = { ...current, form: null, isStale: true, recentCalls };
    return this.remember(stale);
  }

  /**
   * Writes the row of a session. Returns the session as the row has it.
   *
   * @param current The session before the change. Columns of an index are written only if they
   * changed.
   */
  write(session: StoredSession, current: StoredSession | null): StoredSession {
    const { key, workspaceKey, id, lastMs, trace, form } = session;
    const was = current?.row ?? current;
    const minute = minuteOf(lastMs);
    const texts = form?.print();
    if (texts === undefined) {
      this.#sql.changeStale.run(...countsOf(session), key);
    } else {
      const values = valuesOf(session, texts);
      if (was === null) {
        const place = [workspaceKey, id, minute, trace];
        this.#sql.addSession.run(...values, key, ...place);
      } else this.#sql.changeSession.run(...values, key);
    }
    if (was !== null && minute !== minuteOf(was.lastMs)) {
      this.#sql.changeMinute.run(minute, key);
    }
    if (was !== null && trace !== was.trace) {
      this.#sql.changeTrace.run(trace, key);
    }
    const { state } = texts ?? session;
    return this.remember({ ...session, state, row: null });
  }

  /** Keeps a session in memory. Returns the session. */
  remember(session: StoredSession): StoredSession {
    this.#ledger.setSession(session.workspaceKey, session.id, session);
    return session;
  }
  #read(row: Row): StoredSession {
    const workspaceKey = readInt(row.workspace);
    const id = toText(readBlob(row.id));
    const known = this.#ledger.session(workspaceKey, id);
    if (known !== undefined) return known;
    const events = readList(row);
    const tail = unpackRows(events.tail);
    const session = {
      key: readInt(row.key),
      workspaceKey,
      id,
      lastSeq: readInt(row.last_seq),
      firstMs: toUnsigned(readBig(row.first_ms)),
      lastMs: toUnsigned(readBig(row.last_ms)),
      agent: String(row.agent),
      trace: readNullableText(row.trace),
      state: toText(readBlob(row.state)),
      form: null,
      row: null,
      isStale: readInt(row.stale) === 1,
      eventBytes: readInt(row.event_bytes),
      events,
      recentIds: this.#ids.load(tail),
      recentCalls: this.#calls.recent(changingEvents(row, tail)),
    };
    this.#ledger.setSession(workspaceKey, id, session);
    return session;
  }
}

/** The part of a form that stays in memory. */
export type RememberedForm = Pick<
  StoredSession,
  "firstMs" | "lastMs" | "agent" | "trace" | "state" | "form" | "isStale"
>;

/** Returns the part of a form that stays in memory. */
export function rememberForm(form: SessionForm): RememberedForm {
  const { firstMs, lastMs, agent, trace } = form;
  return { firstMs, lastMs, agent, trace, state: "", form, isStale: false };
}

function countsOf(session: StoredSession): SQLInputValue[] {
  const { lastMs, lastSeq, events, eventBytes } = session;
  return [
    toSigned(lastMs),
    lastSeq,
    countRows(events),
    eventBytes,
    events.filed,
    events.tail,
  ];
}

function valuesOf(
  session: StoredSession,
  texts: SessionTexts,
): SQLInputValue[] {
  const { status, branch, record, told, live, quiet, state } = texts;
  return [
    ...countsOf(session),
    toSigned(session.firstMs),
    toQuiet(texts),
    session.agent,
    status,
    branch,
    record,
    told,
    live,
    quiet,
    state,
  ];
}
