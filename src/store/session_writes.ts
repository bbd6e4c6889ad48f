// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What one event costs: the few statements that store it, its session and its spans.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  decodeJson,
  demandSession,
  type SessionRecord,
  type SpanRow,
} from "../proto/mod.ts";
import { EventIds, type KnownIds, NO_IDS } from "./event_ids.ts";
import { MAX_ROW, rowKey, rowKeys } from "./keys.ts";
import { type Ledger, MAX_RECORD_CHARS, type StoredSession } from "./ledger.ts";
import { printSession } from "./print.ts";
import { readBlob, readInt, toBlob, toSigned } from "./rows.ts";

/** One event and what it makes of its session. */
export interface NewEvent {
  /** Canonical path of the workspace. */
  workspace: string;
  /** What {@linkcode SessionWrites.find} returned. */
  current: StoredSession | null;
  /** The session after the event. */
  record: SessionRecord;
  /** The event's JSON, printed with the number {@linkcode nextSeq}: `head`, `payload` and "}" one after the other. */
  head: Uint8Array;
  payload: Uint8Array;
  /** Null for an event that may be stored any number of times. */
  kaizenId: string | null;
}

/** A stored event as {@linkcode SessionWrites.tail} returns it. */
export interface TailEvent {
  readonly seq: number;
  readonly head: Uint8Array;
  /** Null if it is longer than was asked for. */
  readonly payload: Uint8Array | null;
}

/** Returns the number that a session's next event gets. */
export function nextSeq(session: StoredSession | null): number {
  return session === null ? 0 : session.lastSeq + 1;
}

/** Sessions as the writer sees them. What changes something is to be called inside a transaction. */
export class SessionWrites {
  readonly #ledger: Ledger;
  readonly #ids: EventIds;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#ids = new EventIds(db);
    this.#sql = prepare(db);
  }

  /** Looks a session up for the next event; from memory if it was used lately. */
  find(workspace: string, id: string): StoredSession | null {
    const found = this.#ledger.workspace(workspace);
    if (found === undefined) return null;
    const known = this.#ledger.session(found.key, id);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(found.key, toBlob(id));
    if (row === undefined) return null;
    const key = readInt(row.key);
    const record = readBlob(row.record);
    const session = {
      key,
      workspaceKey: found.key,
      record: demandSession(decodeJson(record)),
      lastSeq: readInt(row.last_seq),
      eventBytes: readInt(row.event_bytes),
      ...this.#ids.load(key, readInt(row.indexed)),
    };
    this.#remember(id, session, record.length);
    return session;
  }

  /**
   * Stores an event and its session.
   *
   * @returns The session as it is now, or null if an event with this `kaizenId` is there already: then nothing was changed.
   * @throws {RangeError} If the session can take no more events.
   */
  append(event: NewEvent): StoredSession | null {
    const { current, record, head, payload, kaizenId } = event;
    if (
      current !== null && kaizenId !== null &&
      this.#ids.has(current.key, current, kaizenId)
    ) return null;
    const lastSeq = nextSeq(current);
    if (lastSeq > MAX_ROW) {
      throw new RangeError("Cannot store event: the session is full");
    }
    const key = current?.key ?? this.#ledger.nextSessionKey();
    const known: KnownIds = current ?? NO_IDS;
    const session = {
      key,
      workspaceKey: current?.workspaceKey ??
        this.#demandWorkspace(event.workspace),
      record,
      lastSeq,
      eventBytes: (current?.eventBytes ?? 0) + head.length + payload.length + 1,
      indexed: known.indexed,
      recentIds: known.recentIds,
      ...kaizenId !== null && this.#ids.add(key, known, kaizenId, lastSeq),
    };
    this.#sql.addEvent.run(
      rowKey(key, lastSeq),
      kaizenId === null ? null : toBlob(kaizenId),
      head,
      payload,
    );
    const text = printSession(record);
    if (current === null) this.#addSession(session, text);
    else this.#changeSession(session, current, text);
    this.#ledger.count(session.workspaceKey, current === null ? 1 : 0, 1);
    this.#remember(record.id, session, text.length);
    return session;
  }

  /**
   * Stores a span; it counts instead of an earlier one of the same name.
   *
   * @param view The ToolSpanView's JSON.
   */
  addSpan(sessionKey: number, row: SpanRow, view: Uint8Array): void {
    this.#sql.addSpan.run(
      ...rowKeys(sessionKey),
      toBlob(row.spanId),
      row.parentSpanId === null ? null : toBlob(row.parentSpanId),
      row.depth,
      row.startMs === null ? null : toSigned(row.startMs),
      row.subtreeCostUsdE6,
      row.subtreeTokenCount,
      view,
    );
  }

  /**
   * Reads a session's newest events, newest first.
   *
   * @param limit Most events.
   * @param maxPayload Longest payload that is read with its event.
   */
  *tail(
    sessionKey: number,
    { limit, maxPayload }: { limit: number; maxPayload: number },
  ): Generator<TailEvent> {
    const rows = this.#sql.tail.iterate(
      maxPayload,
      ...rowKeys(sessionKey),
      limit,
    );
    for (const { seq, head, payload } of rows) {
      yield {
        seq: readInt(seq),
        head: readBlob(head),
        payload: payload === null ? null : readBlob(payload),
      };
    }
  }

  /** Reads one event's payload; empty if there is no such event. */
  payload(sessionKey: number, seq: number): Uint8Array {
    const row = this.#sql.payload.get(rowKey(sessionKey, seq));
    return row === undefined ? new Uint8Array() : readBlob(row.payload);
  }

  #demandWorkspace(path: string): number {
    const known = this.#ledger.workspace(path);
    if (known !== undefined) return known.key;
    const { key } = this.#ledger.addWorkspace(path);
    this.#sql.addWorkspace.run(key, toBlob(path));
    return key;
  }

  #addSession(session: StoredSession, text: string): void {
    const { record } = session;
    this.#sql.addSession.run(
      session.key,
      session.workspaceKey,
      toBlob(record.id),
      -1n - toSigned(record.started_at_ms),
      session.lastSeq,
      session.indexed,
      lastMs(record),
      session.eventBytes,
      record.agent,
      record.status,
      toBlob(text),
    );
  }

  /** The start is written only if it changed: it is part of an index. */
  #changeSession(
    session: StoredSession,
    current: StoredSession,
    text: string,
  ): void {
    const { record } = session;
    this.#sql.changeSession.run(
      session.lastSeq,
      session.indexed,
      lastMs(record),
      session.eventBytes,
      record.agent,
      record.status,
      toBlob(text),
      session.key,
    );
    if (record.started_at_ms !== current.record.started_at_ms) {
      this.#sql.changeStart.run(
        -1n - toSigned(record.started_at_ms),
        session.key,
      );
    }
  }

  #remember(id: string, session: StoredSession, chars: number): void {
    this.#ledger.setSession(
      session.workspaceKey,
      id,
      chars > MAX_RECORD_CHARS ? null : session,
    );
  }
}

/** Time of the newest event, by which old sessions are found. */
function lastMs(record: SessionRecord): bigint {
  return toSigned(record.totals?.last_event_ms ?? record.started_at_ms);
}

function prepare(db: DatabaseSync) {
  return {
    find: db.prepare(
      `SELECT key, last_seq, indexed, event_bytes, record FROM sessions
       WHERE workspace = ? AND id = ?`,
    ),
    addWorkspace: db.prepare(
      "INSERT INTO workspaces (key, path) VALUES (?, ?)",
    ),
    addSession: db.prepare(
      `INSERT INTO sessions (key, workspace, id, newest, last_seq, indexed, last_ms, event_bytes, agent, status, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    changeSession: db.prepare(
      `UPDATE sessions SET last_seq = ?, indexed = ?, last_ms = ?, event_bytes = ?, agent = ?, status = ?, record = ?
       WHERE key = ?`,
    ),
    changeStart: db.prepare("UPDATE sessions SET newest = ? WHERE key = ?"),
    addEvent: db.prepare(
      "INSERT INTO events (key, kaizen_id, head, payload) VALUES (?, ?, ?, ?)",
    ),
    addSpan: db.prepare(
      `INSERT INTO spans (key, span_id, parent, depth, start_ms, cost, tokens, view) VALUES (
         (SELECT coalesce(max(key) + 1, ?1) FROM spans WHERE key BETWEEN ?1 AND ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    ),
    tail: db.prepare(
      `SELECT key & 4294967295 AS seq, head, CASE WHEN length(payload) <= ? THEN payload END AS payload FROM events
       WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT ?`,
    ),
    payload: db.prepare("SELECT payload FROM events WHERE key = ?"),
  } satisfies Record<string, StatementSync>;
}
