// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores events: the few statements for an event, its session and its call.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { HOOK_SOURCES, type HookSource, type Int } from "../proto/mod.ts";
import { type CallChanges, CallRows, toCallChanges } from "./call_rows.ts";
import { type CallChange, packChanges } from "./calls.ts";
import { EventIds, type KnownIds } from "./event_ids.ts";
import { packHead, type StoredEvent, unpackEvent } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { NO_ROWS, type RowList, RowLists } from "./row_lists.ts";
import { readInt, readNullableText, toSigned } from "./rows.ts";
import {
  type RememberedForm,
  rememberForm,
  type SessionRows,
} from "./session_rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { SessionForm, StoredSession } from "./stored_session.ts";

/**
 * Statements for an event. Each finds its rows by a key: a test checks their plans.
 *
 * Texts are bound as strings and become BLOBs here, which takes a third of the time of encoding
 * them first.
 */
export const WRITE_SQL = {
  addWorkspace:
    "INSERT INTO workspaces (key, path) VALUES (?, CAST(? AS BLOB))",
  addEvent:
    `INSERT INTO events (key, kaizen_id, head, payload, source, calls, session)
    VALUES (?, CAST(? AS BLOB), CAST(? AS BLOB), ?, ?, CAST(? AS BLOB), ?)`,
  readEvent:
    "SELECT kaizen_id, source, head, payload FROM events WHERE key = ?",
  addCommit: `INSERT INTO commits (workspace, ts_ms, tie, session, ref, branch)
    VALUES (?, ?, CAST(? AS BLOB), ?, CAST(? AS BLOB), CAST(? AS BLOB)) ON CONFLICT DO NOTHING`,
} as const;

/** Runs once, when a store is opened. */
const NEWEST_EVENTS =
  "SELECT key, session FROM events ORDER BY key DESC LIMIT ?";

/** The place of an event that is about to be stored. */
export interface EventSlot {
  readonly key: number;
  readonly workspaceKey: number;
  readonly id: string;
  /** The current session; null for a new one. */
  readonly current: StoredSession | null;
  /** The number of the event. */
  readonly seq: number;
}

/** An event and its effect on its session. */
export interface NewEvent extends CallChanges {
  /** The key of the event's row, if it is already stored. */
  row?: number;
  tsMs: Int;
  /** The agent that the event was sent for. */
  source: HookSource;
  /** The session after the event; null for a stale one, which is rebuilt later. */
  form: SessionForm | null;
  /** The event's JSON is `head`, then `payload`, then "}". */
  head: Uint8Array;
  payload: Uint8Array;
  /** The id by which it is recognized; null for an event that may be stored more than once. */
  kaizenId: string | null;
}

/** An event that its session does not list. */
export interface UnlistedEvent extends StoredEvent {
  readonly place: EventSlot;
  /** The key of its row. */
  readonly row: number;
  readonly kaizenId: string | null;
}

/**
 * Maximum number of events that the rows of sessions may lack after a transaction. Each row is then
 * written once for several events. After a crash these events are read again.
 */
const MAX_UNWRITTEN = 64;
/**
 * Number of the newest events that are checked after a crash. It is far greater than
 * {@linkcode MAX_UNWRITTEN}, because events of up-to-date sessions lie in between.
 */
const LOOK_BACK = 4096;

/** An id that no other session has. Others, such as `main`, may occur in several workspaces. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The facts of a git event. */
export interface NewCommit {
  tsMs: Int;
  /** Orders commits of the same time. */
  tie: string;
  commit: string;
  /** Null if the event does not tell. */
  branch: string | null;
}

/** Sessions as the writer sees them. Call all methods inside a transaction. */
export class SessionWrites {
  /** Rows of calls. */
  readonly calls: CallRows;
  readonly #ledger: Ledger;
  readonly #rows: SessionRows;
  readonly #ids: EventIds;
  readonly #lists: RowLists;
  readonly #sql: Statements<keyof typeof WRITE_SQL | "newestEvents">;
  /** Number of events since no row lacked any. */
  #since = 0;

  constructor(
    db: DatabaseSync,
    { ledger, rows }: { ledger: Ledger; rows: SessionRows },
  ) {
    this.calls = new CallRows(db, ledger.undo);
    this.#ledger = ledger;
    this.#rows = rows;
    this.#ids = new EventIds(db, ledger.undo);
    this.#lists = new RowLists(db);
    this.#sql = prepareAll(db, { ...WRITE_SQL, newestEvents: NEWEST_EVENTS });
  }

  /**
   * Finds the place for an event. A session whose id is unique is in the workspace of its first
   * event, also if its agent goes on in another directory.
   *
   * @param workspace Canonical path.
   * @param event Its time, and the ids by which it is recognized, or null.
   * @returns The place; null if the session already has an event with one of these ids.
   */
  place(
    workspace: string,
    id: string,
    { known, tsMs }: { known: KnownIds | null; tsMs: Int },
  ): EventSlot | null {
    const isUnique = known !== null && UUID.test(id);
    const current = this.#rows.find(workspace, id) ??
      (isUnique ? this.#rows.findAnywhere(id) : null);
    if (current === null) {
      return {
        key: this.#ledger.nextKey("session"),
        workspaceKey: this.#demandWorkspace(workspace),
        id,
        current,
        seq: 0,
      };
    }
    const { key, events, recentIds, lastSeq } = current;
    const hasIndex = events.filed > 0;
    const ids = { recent: recentIds, hasIndex };
    if (known !== null && this.#ids.has(key, known, ids)) return null;
    const session = isUnique && tsMs < current.firstMs
      ? this.#moveTo(workspace, current)
      : current;
    const { workspaceKey } = session;
    return { key, workspaceKey, id, current: session, seq: lastSeq + 1 };
  }

  #moveTo(workspace: string, session: StoredSession): StoredSession {
    const key = this.#demandWorkspace(workspace);
    return key === session.workspaceKey
      ? session
      : this.#rows.move(session, key);
  }

  /** Stores an event with its effect on the session and its calls. Returns the session after it. */
  append(place: EventSlot, event: NewEvent): StoredSession {
    const { key, workspaceKey, id, current, seq } = place;
    const { form, head, payload, kaizenId, tsMs } = event;
    const changes = form === null ? [] : toCallChanges(event);
    const row = event.row ?? this.#add(key, event, changes);
    const events = this.#lists.add(key, current?.events ?? NO_ROWS, row, seq);
    const session: StoredSession = {
      ...form === null ? staleForm(current, tsMs) : rememberForm(form),
      key,
      workspaceKey,
      id,
      lastSeq: seq,
      eventBytes: (current?.eventBytes ?? 0) + head.length + payload.length +
        1,
      row: null,
      events,
      recentIds: this.#noteId(key, current, kaizenId, events),
      recentCalls: this.#noteCalls(key, current, changes, events),
    };
    this.#ledger.count(workspaceKey, current === null ? 1 : 0, 1);
    // The row is written at once if events were filed, or if the transcript changed, by which other
    // sessions are found.
    const waits = form !== null && current?.trace === session.trace &&
      events.count > 0;
    return waits
      ? this.#rows.remember({ ...session, row: current.row ?? current })
      : this.#rows.write(session, current);
  }

  /** Stores the event itself. Returns the key of its row. */
  #add(
    session: number,
    { kaizenId, head, payload, source }: NewEvent,
    changes: readonly CallChange[],
  ): number {
    const row = this.#ledger.nextKey("event");
    this.#sql.addEvent.run(
      row,
      kaizenId,
      packHead(head),
      payload,
      HOOK_SOURCES.indexOf(source),
      packChanges(changes),
      session,
    );
    if (this.#ledger.unwritten.length === 0) this.#since = 0;
    this.#since++;
    return row;
  }

  /** Whether rows lack too many events and must be written. */
  get isFarBehind(): boolean {
    return this.#ledger.eventsUnwritten >= MAX_UNWRITTEN ||
      this.#since >= LOOK_BACK / 2;
  }

  /** Writes the rows that lack events. */
  catchUp(): void {
    for (const session of this.#ledger.unwritten) {
      this.#rows.write(session, session);
    }
  }

  /**
   * Finds events that no session lists, because a crash came before its row was written. Oldest
   * first. Append each event before reading the next.
   */
  *unlisted(): Generator<UnlistedEvent> {
    const newest = this.#sql.newestEvents.all(LOOK_BACK);
    for (const found of newest.reverse()) {
      const current = this.byKey(readInt(found.session ?? -1));
      const row = readInt(found.key);
      if (current === null || row <= this.#lists.lastOf(current)) continue;
      const event = this.#sql.readEvent.get(row);
      if (event === undefined) continue;
      const { key, workspaceKey, id, lastSeq } = current;
      yield {
        ...unpackEvent(event),
        place: { key, workspaceKey, id, current, seq: lastSeq + 1 },
        row,
        kaizenId: readNullableText(event.kaizen_id),
      };
    }
  }

  /** Writes the facts of a git event about its directory. */
  addCommit(
    { key, workspaceKey }: Pick<StoredSession, "key" | "workspaceKey">,
    { tsMs, tie, commit, branch }: NewCommit,
  ): void {
    this.#sql.addCommit.run(
      workspaceKey,
      toSigned(tsMs),
      tie,
      key,
      JSON.stringify(commit),
      branch === null ? null : JSON.stringify(branch),
    );
  }

  /** Looks a session up by its number; null if it is deleted. */
  byKey(key: number): StoredSession | null {
    return this.#rows.byKey(key);
  }

  /** Returns all sessions with a transcript. */
  byTrace(trace: string): StoredSession[] {
    return this.#rows.byTrace(trace);
  }

  /** Writes the new form of a session, which is no longer stale. */
  change(current: StoredSession, form: SessionForm): StoredSession {
    return this.#rows.change(current, form);
  }

  /** Notes that a session must be rebuilt from its events. Returns the session. */
  markStale(current: StoredSession): StoredSession {
    return this.#rows.markStale(current);
  }

  /**
   * Returns the changes to keep in memory. If the events have just been filed, the changes are
   * filed as well.
   */
  #noteCalls(
    session: number,
    current: StoredSession | null,
    changes: readonly CallChange[],
    events: RowList,
  ): Map<string, string | null> {
    const recent = current?.recentCalls ?? new Map<string, string | null>();
    this.calls.note(recent, changes);
    if (events.count > 0) return recent;
    this.calls.file(session, recent);
    return new Map();
  }

  #demandWorkspace(path: string): number {
    const known = this.#ledger.workspace(path);
    if (known !== undefined) return known.key;
    const { key } = this.#ledger.addWorkspace(path);
    this.#sql.addWorkspace.run(key, path);
    return key;
  }

  /** Notes the id of a new event. If the events have just been filed, all ids go to the index. */
  #noteId(
    session: number,
    current: StoredSession | null,
    id: string | null,
    events: RowList,
  ): Set<string> {
    const recent = current?.recentIds ?? new Set<string>();
    if (id !== null) this.#ids.add(session, recent, id);
    if (events.count > 0) return recent;
    this.#ids.index(session, recent);
    return new Set();
  }
}

/** @throws {TypeError} If there is no session: only a stored one can be stale. */
function staleForm(current: StoredSession | null, tsMs: Int): RememberedForm {
  if (current === null) throw new TypeError("Cannot store event: no session");
  const { agent, trace } = current;
  const firstMs = tsMs < current.firstMs ? tsMs : current.firstMs;
  const isLast = toSigned(tsMs) > toSigned(current.lastMs);
  const known = { firstMs, lastMs: isLast ? tsMs : current.lastMs };
  return { ...known, agent, trace, state: "", form: null, isStale: true };
}
