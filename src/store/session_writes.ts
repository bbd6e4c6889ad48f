// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stores events: the few statements for an event, its session and its call.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { HOOK_SOURCES, type HookSource, type Int } from "../proto/mod.ts";
import {
  type CallChange,
  newestChanges,
  packChanges,
  readRecent,
  RECENT_SQL,
  type StoredCall,
  walkCalls,
} from "./calls.ts";
import { EventIds } from "./event_ids.ts";
import { packHead, type StoredEvent, unpackEvent } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import {
  countRows,
  listRows,
  NO_ROWS,
  readList,
  type RowList,
  RowLists,
  unpackRows,
} from "./row_lists.ts";
import {
  minuteOf,
  readBig,
  readBlob,
  readInt,
  type Row,
  toSigned,
  toText,
  toUnsigned,
} from "./rows.ts";
import {
  type SessionForm,
  type SessionTexts,
  type StoredSession,
  toQuiet,
} from "./stored_session.ts";
import { prepareWrites, type WriteStatements } from "./write_sql.ts";

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

/** The changes to the rows of a session's calls. */
export interface CallChanges {
  /** Rows to write. */
  rows: readonly StoredCall[];
  /** Keys of rows to delete. */
  removed: readonly string[];
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
  /** Null for an event that may be stored more than once. */
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
const MAX_BEHIND = 64;
/**
 * Number of the newest events that are checked after a crash. It is far greater than
 * {@linkcode MAX_BEHIND}, because events of up-to-date sessions lie in between.
 */
const LOOK_BACK = 4096;

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
  readonly #ledger: Ledger;
  /** Number of events since no row lacked any. */
  #since = 0;
  readonly #ids: EventIds;
  readonly #lists: RowLists;
  readonly #sql: WriteStatements;
  readonly #recentCalls: StatementSync;
  readonly #cuts = new Map<number, number>();

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#ids = new EventIds(db);
    this.#lists = new RowLists(db);
    this.#sql = prepareWrites(db);
    this.#recentCalls = db.prepare(RECENT_SQL);
  }

  /**
   * Finds the place for an event.
   *
   * @param workspace Canonical path.
   * @returns The place; null if the session already has an event with this `kaizenId`.
   */
  place(
    workspace: string,
    id: string,
    kaizenId: string | null,
  ): EventSlot | null {
    const current = this.#find(workspace, id);
    if (current === null) {
      return {
        key: this.#ledger.nextKey("session"),
        workspaceKey: this.#demandWorkspace(workspace),
        id,
        current,
        seq: 0,
      };
    }
    const { key, workspaceKey, events, recentIds, lastSeq } = current;
    const hasIndex = events.filed > 0;
    const ids = { recent: recentIds, hasIndex };
    if (kaizenId !== null && this.#ids.has(key, kaizenId, ids)) return null;
    return { key, workspaceKey, id, current, seq: lastSeq + 1 };
  }

  /** Stores an event with its effect on the session and its calls. Returns the session after it. */
  append(place: EventSlot, event: NewEvent): StoredSession {
    const { key, workspaceKey, id, current, seq } = place;
    const { form, head, payload, kaizenId, tsMs } = event;
    const changes = form === null ? [] : changesOf(event);
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
      recentIds: this.#noteId(key, current?.recentIds ?? [], kaizenId, events),
      recentCalls: this.#noteCalls(
        key,
        [...current?.recentCalls ?? [], ...changes],
        events,
      ),
    };
    this.#ledger.count(workspaceKey, current === null ? 1 : 0, 1);
    // The row is written at once if events were filed, or if the transcript changed, by which other
    // sessions are found.
    const waits = form !== null && current?.trace === session.trace &&
      events.count > 0;
    return waits
      ? this.#remember({ ...session, row: current.row ?? current })
      : this.#write(session, current);
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
    if (this.#ledger.behind.length === 0) this.#since = 0;
    this.#since++;
    return row;
  }

  /** Whether rows lack so many events that they must be written. */
  get isFarBehind(): boolean {
    return this.#ledger.eventsBehind >= MAX_BEHIND ||
      this.#since >= LOOK_BACK / 2;
  }

  /** Writes the rows that lack events. */
  catchUp(): void {
    for (const session of this.#ledger.behind) this.#write(session, session);
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
      const kaizenId = event.kaizen_id ?? null;
      yield {
        ...unpackEvent(event),
        place: { key, workspaceKey, id, current, seq: lastSeq + 1 },
        row,
        kaizenId: kaizenId === null ? null : toText(readBlob(kaizenId)),
      };
    }
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

  /** Writes the new form of a session, which is no longer stale. */
  change(current: StoredSession, form: SessionForm): StoredSession {
    const { isStale, events, recentCalls } = current;
    const session = this.#write({
      ...current,
      ...rememberForm(form),
      recentCalls: isStale ? [] : recentCalls,
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
    const stale = { ...current, form: null, isStale: true, recentCalls: [] };
    return this.#remember(stale);
  }

  /** Reads the row of a call; null if there is none. */
  readCall({ key, recentCalls }: StoredSession, call: string): string | null {
    const recent = recentCalls.findLast((change) => change.key === call);
    if (recent !== undefined) return recent.body;
    const row = this.#sql.readCall.get(key, call);
    return row === undefined ? null : toText(readBlob(row.body));
  }

  /** Reads all rows of a session's calls. */
  readCalls({ key, recentCalls }: StoredSession): Iterable<StoredCall> {
    return walkCalls(this.#sql.readCalls, key, newestChanges(recentCalls));
  }

  /** Writes changes to the rows of a session's calls. */
  fileCalls(session: number, changes: CallChanges): void {
    this.#fileChanges(session, changesOf(changes));
  }

  #fileChanges(session: number, changes: readonly CallChange[]): void {
    for (const [key, body] of newestChanges(changes)) {
      if (body === null) this.#sql.dropCall.run(session, key);
      else this.#sql.putCall.run(session, key, body);
    }
  }

  /**
   * Returns the changes to keep in memory. If the events have just been filed, the changes are
   * filed as well.
   */
  #noteCalls(
    session: number,
    changes: readonly CallChange[],
    events: RowList,
  ): readonly CallChange[] {
    if (events.count > 0) return changes;
    this.#fileChanges(session, changes);
    return [];
  }

  /** Number of times a session has lost events since the store was opened. */
  cutsOf(key: number): number {
    return this.#cuts.get(key) ?? 0;
  }

  /**
   * Deletes events of a session, which is then stale. Their numbers are not given out again.
   *
   * @param first Identifies the block that lists them; null for events that are not filed.
   * @param rows Keys of the events. Events that the list does not have stay.
   * @returns Number of deleted events.
   */
  dropEvents(
    key: number,
    first: number | null,
    rows: readonly number[],
  ): number {
    const current = this.byKey(key);
    if (current === null) return 0;
    const { events, recentIds, workspaceKey } = current;
    const listed = first === null
      ? unpackRows(events.tail)
      : this.#lists.readBlock(key, first);
    const gone = new Set(rows.filter((row) => listed.includes(row)));
    if (gone.size === 0) return 0;
    const kept = listed.filter((row) => !gone.has(row));
    const ids = new Set(this.#ids.drop(key, [...gone]));
    let bytes = 0;
    for (const row of gone) {
      bytes += readInt(this.#sql.eventBytes.get(row)?.bytes);
      this.#sql.dropEvent.run(row);
    }
    this.#sql.noteDeleted.run(Math.max(...gone));
    const left = first === null
      ? { ...listRows(kept), filed: events.filed }
      : { ...events, filed: events.filed - gone.size };
    if (first !== null) this.#lists.changeBlock(key, first, kept);
    const session = this.#write({
      ...current,
      form: null,
      eventBytes: current.eventBytes - bytes,
      events: left,
      recentIds: recentIds.filter((id) => !ids.has(id)),
    }, current);
    this.markStale(session);
    this.#cuts.set(key, this.cutsOf(key) + 1);
    this.#ledger.count(workspaceKey, 0, -gone.size);
    return gone.size;
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

  /** Looks a session up, first in memory. */
  #find(workspace: string, id: string): StoredSession | null {
    const found = this.#ledger.workspace(workspace);
    if (found === undefined) return null;
    const known = this.#ledger.session(found.key, id);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(found.key, id);
    return row === undefined ? null : this.#read(row);
  }

  #read(row: Row): StoredSession {
    const workspaceKey = readInt(row.workspace);
    const id = toText(readBlob(row.id));
    const known = this.#ledger.session(workspaceKey, id);
    if (known !== undefined) return known;
    const events = readList(row);
    const tail = unpackRows(events.tail);
    const trace = row.trace ?? null;
    const isStale = readInt(row.stale) === 1;
    const after = readInt(row.calls_after);
    const session = {
      key: readInt(row.key),
      workspaceKey,
      id,
      lastSeq: readInt(row.last_seq),
      firstMs: toUnsigned(readBig(row.first_ms)),
      lastMs: toUnsigned(readBig(row.last_ms)),
      agent: String(row.agent),
      trace: trace === null ? null : toText(readBlob(trace)),
      state: toText(readBlob(row.state)),
      form: null,
      row: null,
      isStale,
      eventBytes: readInt(row.event_bytes),
      events,
      recentIds: this.#ids.load(tail),
      recentCalls: isStale ? [] : readRecent(
        this.#recentCalls,
        tail.filter((event) => event > after),
      ),
    };
    this.#ledger.setSession(workspaceKey, id, session);
    return session;
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
    recent: readonly string[],
    id: string | null,
    events: RowList,
  ): readonly string[] {
    const more = id === null ? recent : this.#ids.add(session, recent, id);
    if (events.count > 0) return more;
    this.#ids.index(session, more);
    return [];
  }

  /**
   * Writes the row of a session. Returns the session as the row has it.
   *
   * @param current The session before the change. Columns of an index are written only if they
   * changed.
   */
  #write(session: StoredSession, current: StoredSession | null): StoredSession {
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
    return this.#remember({ ...session, state, row: null });
  }

  #remember(session: StoredSession): StoredSession {
    this.#ledger.setSession(session.workspaceKey, session.id, session);
    return session;
  }
}

/** Returns changes as one list. */
function changesOf({ rows, removed }: CallChanges): CallChange[] {
  return [...removed.map((key) => ({ key, body: null })), ...rows];
}

/** The part of a form that stays in memory. */
function rememberForm(form: SessionForm) {
  const { firstMs, lastMs, agent, trace } = form;
  return { firstMs, lastMs, agent, trace, state: "", form, isStale: false };
}

/** @throws {TypeError} If there is no session: only a stored one can be stale. */
function staleForm(current: StoredSession | null, tsMs: Int) {
  if (current === null) throw new TypeError("Cannot store event: no session");
  const { firstMs, lastMs, agent, trace } = current;
  const last = toSigned(tsMs) > toSigned(lastMs) ? tsMs : lastMs;
  const known = { firstMs, lastMs: last, agent, trace };
  return { ...known, state: "", form: null, isStale: true };
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
