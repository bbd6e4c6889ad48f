// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What one event costs: the few statements that store it, its session and its spans.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  decodeJson,
  demandSession,
  type SessionRecord,
  type SpanRow,
} from "../proto/mod.ts";
import { EventIds } from "./event_ids.ts";
import type { Ledger, StoredSession } from "./ledger.ts";
import { printSession } from "./print.ts";
import {
  countRows,
  NO_ROWS,
  readList,
  type RowList,
  RowLists,
  unpackRows,
} from "./row_lists.ts";
import { readBlob, readInt, toSigned, toText } from "./rows.ts";
import { prepareWrites, type WriteStatements } from "./write_sql.ts";

/** Where an event goes that is about to be stored. */
export interface EventSlot {
  readonly key: number;
  readonly workspaceKey: number;
  /** The session as it is; null for a new one. */
  readonly current: StoredSession | null;
  /** The number that the event gets. */
  readonly seq: number;
}

/** One event and what it makes of its session. */
export interface NewEvent {
  /** The session after the event. */
  record: SessionRecord;
  /** The event's JSON is `head`, `payload` and "}" one after the other. */
  head: Uint8Array;
  payload: Uint8Array;
  /** Null for an event that may be stored any number of times. */
  kaizenId: string | null;
  /** Spans of the session that it closes. */
  spans: readonly NewSpan[];
}

/** A span that has closed; it counts instead of an earlier one of the same name. */
export interface NewSpan {
  row: SpanRow;
  /** The ToolSpanView's JSON. */
  view: string;
}

/** A stored event as {@linkcode SessionWrites.tail} returns it. */
export interface TailEvent {
  readonly seq: number;
  readonly head: Uint8Array;
  /** Null if it is longer than was asked for. */
  readonly payload: Uint8Array | null;
  /** Reads the payload after all. */
  readonly readPayload: () => Uint8Array;
}

/** Sessions as the writer sees them. All of it is to be called inside a transaction. */
export class SessionWrites {
  readonly #ledger: Ledger;
  readonly #ids: EventIds;
  readonly #lists: RowLists;
  readonly #sql: WriteStatements;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#ids = new EventIds(db);
    this.#lists = new RowLists(db);
    this.#sql = prepareWrites(db);
  }

  /**
   * Finds the place for an event.
   *
   * @param workspace Canonical path.
   * @returns Null if the session has an event with this `kaizenId`.
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
        current,
        seq: 0,
      };
    }
    const { key, workspaceKey, events, recentIds } = current;
    const hasIndex = events.filed > 0;
    const ids = { recent: recentIds, hasIndex };
    if (kaizenId !== null && this.#ids.has(key, kaizenId, ids)) return null;
    return { key, workspaceKey, current, seq: countRows(events) };
  }

  /** Stores an event and its session; returns the session as it is then. */
  append(place: EventSlot, event: NewEvent): StoredSession {
    const { key, workspaceKey, current } = place;
    const { record, head, payload, kaizenId } = event;
    const row = this.#ledger.nextKey("event");
    this.#sql.addEvent.run(row, kaizenId, head, payload);
    const events = this.#lists.add(
      key,
      "events",
      current?.events ?? NO_ROWS,
      row,
    );
    const session = {
      key,
      workspaceKey,
      record,
      eventBytes: (current?.eventBytes ?? 0) + head.length + payload.length + 1,
      events,
      spans: this.#addSpans(key, current?.spans ?? NO_ROWS, event.spans),
      recentIds: this.#noteId(key, current?.recentIds ?? [], kaizenId, events),
    };
    const text = printSession(record);
    this.#write(session, current, text);
    this.#ledger.count(workspaceKey, current === null ? 1 : 0, 1);
    this.#ledger.setSession(workspaceKey, record.id, session, text.length);
    return session;
  }

  /** Stores spans of a session that another one's event closes. */
  addSpans(sessionKey: number, spans: readonly NewSpan[]): void {
    const row = this.#sql.findLists.get(sessionKey);
    if (row === undefined) return; // deleted
    const list = this.#addSpans(sessionKey, readList(row, "spans"), spans);
    this.#sql.changeSpans.run(list.filed, list.tail, sessionKey);
    const id = toText(readBlob(row.id));
    this.#ledger.setSession(readInt(row.workspace), id, null);
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
    const session = this.#sql.findLists.get(sessionKey);
    if (session === undefined || limit < 1) return;
    const events = readList(session, "events");
    let seq = countRows(events);
    const last = Math.max(0, seq - limit);
    const rows = this.#lists.readBack(sessionKey, "events", events);
    for (const key of rows) {
      const row = this.#sql.readEvent.get(maxPayload, key);
      const payload = row?.payload ?? null;
      yield {
        seq: --seq,
        head: readBlob(row?.head),
        payload: payload === null ? null : readBlob(payload),
        readPayload: () =>
          readBlob(
            this.#sql.readEvent.get(Number.MAX_SAFE_INTEGER, key)?.payload,
          ),
      };
      if (seq === last) return;
    }
  }

  /** Looks a session up; in memory if it was used lately. */
  #find(workspace: string, id: string): StoredSession | null {
    const found = this.#ledger.workspace(workspace);
    if (found === undefined) return null;
    const known = this.#ledger.session(found.key, id);
    if (known !== undefined) return known;
    const row = this.#sql.find.get(found.key, id);
    if (row === undefined) return null;
    const record = readBlob(row.record);
    const events = readList(row, "events");
    const session = {
      key: readInt(row.key),
      workspaceKey: found.key,
      record: demandSession(decodeJson(record)),
      eventBytes: readInt(row.event_bytes),
      events,
      spans: readList(row, "spans"),
      recentIds: this.#ids.load(unpackRows(events.tail)),
    };
    this.#ledger.setSession(found.key, id, session, record.length);
    return session;
  }

  #demandWorkspace(path: string): number {
    const known = this.#ledger.workspace(path);
    if (known !== undefined) return known.key;
    const { key } = this.#ledger.addWorkspace(path);
    this.#sql.addWorkspace.run(key, path);
    return key;
  }

  #addSpans(
    session: number,
    list: RowList,
    spans: readonly NewSpan[],
  ): RowList {
    let longer = list;
    for (const { row, view } of spans) {
      const key = this.#ledger.nextKey("span");
      this.#sql.addSpan.run(
        key,
        row.spanId,
        row.parentSpanId,
        row.depth,
        row.startMs === null ? null : toSigned(row.startMs),
        row.subtreeCostUsdE6,
        row.subtreeTokenCount,
        view,
      );
      longer = this.#lists.add(session, "spans", longer, key);
    }
    return longer;
  }

  /** Notes the id of an event that is now in `events`; when these have just been filed, all ids go to the index. */
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

  /** The start is written only if it changed: it is part of an index. */
  #write(
    session: StoredSession,
    current: StoredSession | null,
    text: string,
  ): void {
    const { key, record, events, spans } = session;
    const values = [
      countRows(events) - 1,
      toSigned(record.totals?.last_event_ms ?? record.started_at_ms),
      session.eventBytes,
      record.agent,
      record.status,
      events.filed,
      events.tail,
      spans.filed,
      spans.tail,
      text,
      key,
    ];
    const newest = -1n - toSigned(record.started_at_ms);
    if (current === null) {
      const { workspaceKey } = session;
      this.#sql.addSession.run(...values, workspaceKey, record.id, newest);
      return;
    }
    this.#sql.changeSession.run(...values);
    if (record.started_at_ms !== current.record.started_at_ms) {
      this.#sql.changeStart.run(newest, key);
    }
  }
}
