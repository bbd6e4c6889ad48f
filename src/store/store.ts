// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The store as its one writer sees it: transactions, and the few statements that one event costs.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  decodeJson,
  demandSession,
  type Int,
  type SessionRecord,
  type SpanRow,
  type StoreSize,
} from "../proto/mod.ts";
import { corruptError, explainOpenError } from "./errors.ts";
import { type Ledger, MAX_RECORD_CHARS, type StoredSession } from "./ledger.ts";
import { openWriter } from "./open.ts";
import { printSession } from "./print.ts";
import { type PruneOptions, Pruner, type PruneResult } from "./prune.ts";
import type { Reader } from "./reader.ts";
import { ReaderPool } from "./reader_pool.ts";
import { readBlob, readInt, readOne, toBlob, toSigned } from "./rows.ts";
import type { Steps } from "./steps.ts";
import {
  loadLedger,
  WorkspaceReads,
  type WorkspaceRef,
} from "./workspace_reads.ts";
import { prepareWrites, type WriteStatements } from "./write_statements.ts";

/** A row's key is its session's key, then this many bits of its number. */
const SEQ_BITS = 32n;
const MAX_SEQ = 2 ** 32 - 1;

/** How a store is opened. */
export interface StoreOptions {
  /** Most pages the file may have; for tests of a full disk. */
  maxPages?: number | undefined;
}

/** One event and what it makes of its session. */
export interface NewEvent {
  /** Canonical path of the workspace. */
  workspace: string;
  /** What {@linkcode Store.findSession} returned. */
  current: StoredSession | null;
  /** The session after the event. */
  record: SessionRecord;
  /** The event's JSON, printed with the number {@linkcode nextSeq}: `head`, `payload` and "}" one after the other. */
  head: Uint8Array;
  payload: Uint8Array;
  /** Null for an event that may be stored any number of times. */
  kaizenId: string | null;
}

/** What `store_stats` tells. */
export interface StoreStats extends StoreSize {
  workspaces: number;
  /** Bytes inside the file that hold nothing. */
  free_bytes: number;
  /** Start of the oldest and the newest session. */
  oldest_ms: Int | null;
  newest_ms: Int | null;
}

/** A stored event as {@linkcode Store.readTail} returns it. */
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

/** A store opened for writing. There is one per file; any number of {@linkcode Reader}s stand beside it. */
export class Store implements Disposable {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #sql: WriteStatements;
  readonly #ledger: Ledger;
  readonly #workspaces: WorkspaceReads;
  readonly #pruner: Pruner;
  readonly #readers: ReaderPool;

  private constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#sql = prepareWrites(db);
    this.#ledger = loadLedger(db);
    this.#workspaces = new WorkspaceReads(db, this.#ledger);
    this.#pruner = new Pruner(db, this.#ledger, (work) => this.transact(work));
    this.#readers = new ReaderPool(path);
  }

  /**
   * Opens the store, and makes it if there is none.
   *
   * @throws {StoreError} If the file cannot be used; it is left as it was.
   */
  static open(path: string, options: StoreOptions = {}): Store {
    const db = openWriter(path, options.maxPages);
    try {
      return new Store(path, db);
    } catch (error) {
      db.close();
      if (error instanceof TypeError) {
        throw corruptError(path, error.message, error);
      }
      throw explainOpenError(error, path);
    }
  }

  /**
   * Runs `work` in one transaction: when this returns, what it wrote is on disk; when this throws, nothing was written and
   * memory is as it was.
   */
  transact<T>(work: () => T): T {
    this.#sql.begin.run();
    try {
      const result = work();
      this.#sql.commit.run();
      this.#ledger.commit();
      return result;
    } catch (error) {
      this.#ledger.undo.rollback();
      // A full disk has rolled back already; an error here would hide the first one.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      throw error;
    }
  }

  /** Runs `work` as a part of the transaction that can fail alone: when this throws, that part is as if it had not been. */
  attempt<T>(work: () => T): T {
    const mark = this.#ledger.undo.mark();
    this.#sql.savepoint.run();
    try {
      const result = work();
      this.#sql.release.run();
      return result;
    } catch (error) {
      this.#ledger.undo.rollback(mark);
      if (this.#db.isTransaction) {
        this.#sql.rollbackTo.run();
        this.#sql.release.run();
      }
      throw error;
    }
  }

  /** Looks a session up for the next event; from memory if it was used lately. */
  findSession(workspace: string, id: string): StoredSession | null {
    const found = this.#ledger.workspace(workspace);
    if (found === undefined) return null;
    const known = this.#ledger.session(found.key, id);
    if (known !== undefined) return known;
    const row = this.#sql.findSession.get(found.key, toBlob(id));
    if (row === undefined) return null;
    const record = readBlob(row.record);
    const session = {
      key: readInt(row.key),
      workspaceKey: found.key,
      record: demandSession(decodeJson(record)),
      lastSeq: readInt(row.last_seq),
      eventBytes: readInt(row.event_bytes),
    };
    this.#remember(id, session, record.length);
    return session;
  }

  /**
   * Stores an event and its session; to be called inside {@linkcode Store.transact}.
   *
   * @returns The session as it is now, or null if an event with this `kaizenId` is there already: then nothing was changed.
   * @throws {RangeError} If the session can take no more events.
   */
  append(event: NewEvent): StoredSession | null {
    const { current, record, head, payload } = event;
    const lastSeq = nextSeq(current);
    if (lastSeq > MAX_SEQ) {
      throw new RangeError("Cannot store event: the session is full");
    }
    const session = {
      key: current?.key ?? this.#ledger.nextSessionKey(),
      workspaceKey: current?.workspaceKey ??
        this.#demandWorkspace(event.workspace),
      record,
      lastSeq,
      eventBytes: (current?.eventBytes ?? 0) + head.length + payload.length + 1,
    };
    const { changes } = this.#sql.addEvent.run(
      rowKey(session.key, lastSeq),
      event.kaizenId === null ? null : toBlob(event.kaizenId),
      head,
      payload,
    );
    if (changes === 0) return null;
    const text = printSession(record);
    if (current === null) this.#addSession(session, text);
    else this.#changeSession(session, current, text);
    this.#ledger.count(session.workspaceKey, current === null ? 1 : 0, 1);
    this.#remember(record.id, session, text.length);
    return session;
  }

  /**
   * Stores a span, in the place of an earlier one of the same name; to be called inside {@linkcode Store.transact}.
   *
   * @param view The ToolSpanView's JSON.
   */
  putSpan(sessionKey: number, row: SpanRow, view: Uint8Array): void {
    this.#sql.addSpan.run(
      rowKey(sessionKey, 0),
      rowKey(sessionKey, MAX_SEQ),
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
  *readTail(
    sessionKey: number,
    { limit, maxPayload }: { limit: number; maxPayload: number },
  ): Generator<TailEvent> {
    const rows = this.#sql.readTail.iterate(
      maxPayload,
      rowKey(sessionKey, 0),
      rowKey(sessionKey, MAX_SEQ),
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
  readPayload(sessionKey: number, seq: number): Uint8Array {
    const row = this.#sql.readEvent.get(rowKey(sessionKey, seq));
    return row === undefined ? new Uint8Array() : readBlob(row.payload);
  }

  /** Size of the files, and how much they hold; the counts come from memory. */
  size(): StoreSize {
    // Only looks at the names: opening and closing the file would drop SQLite's locks on it.
    const bytes = fileBytes(this.#path) + fileBytes(`${this.#path}-wal`);
    return { bytes, ...this.#ledger.counts };
  }

  /** Size, and what there is to prune. */
  stats(): StoreStats {
    const free = readInt(
      readOne(this.#db.prepare("PRAGMA freelist_count").get()),
    );
    const page = readInt(readOne(this.#db.prepare("PRAGMA page_size").get()));
    return {
      ...this.size(),
      free_bytes: free * page,
      ...this.#workspaces.span(),
    };
  }

  /** All workspaces that have sessions, that of the newest session first. */
  listWorkspaces(): WorkspaceRef[] {
    return this.#workspaces.newestFirst();
  }

  /** A workspace as it is now; undefined if it has no sessions. */
  workspace(path: string): WorkspaceRef | undefined {
    const found = this.#ledger.workspace(path);
    return found && { ...found };
  }

  /** Begins to read what is stored now; what is written later is not seen. The reader must be closed. */
  read(): Reader {
    return this.#readers.begin();
  }

  /**
   * Deletes sessions in small steps, and gives their space back to the file system.
   *
   * @returns Steps of a few ms each; ending between two leaves a whole store, and the next prune goes on from there.
   */
  prune(options: PruneOptions, result?: PruneResult): Steps<PruneResult> {
    return this.#pruner.prune(options, result);
  }

  /** Removes what a prune left behind when it was ended early. */
  sweep(): Steps<void> {
    return this.#pruner.sweep();
  }

  /** Moves the WAL into the file and closes; may be called twice. Readers that still read fail. */
  close(): void {
    this.#readers.close();
    if (this.#db.isOpen) this.#db.close(); // the last connection checkpoints
  }

  [Symbol.dispose](): void {
    this.close();
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

function rowKey(sessionKey: number, seq: number): bigint {
  return (BigInt(sessionKey) << SEQ_BITS) | BigInt(seq);
}

/** Time of the newest event, by which old sessions are found. */
function lastMs(record: SessionRecord): bigint {
  return toSigned(record.totals?.last_event_ms ?? record.started_at_ms);
}

function fileBytes(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
