// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The store as its one writer sees it: opening, transactions, readers, and figures of the whole
 * store.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Int, StoreSize } from "../proto/mod.ts";
import { Epochs } from "./epochs.ts";
import { EventCuts } from "./event_cuts.ts";
import { FileWatch, type WalState } from "./file_watch.ts";
import {
  corruptError,
  explainOpenError,
  isSqliteError,
  StoreError,
} from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { type OpenStore, openWriter } from "./open.ts";
import { type PruneQuery, Pruner, type PruneResult } from "./prune.ts";
import type { Reader } from "./reader.ts";
import { ReaderPool } from "./reader_pool.ts";
import { readInt, readOne, type Row } from "./rows.ts";
import type { RawPages } from "./scrub.ts";
import { SessionRows } from "./session_rows.ts";
import { SessionWrites } from "./session_writes.ts";
import type { Steps } from "./steps.ts";
import { StaleSessions } from "./stale_sessions.ts";
import { Sweeper } from "./sweep.ts";
import { TranscriptRows } from "./transcript_rows.ts";
import { UsageWrites } from "./usage_writes.ts";
import {
  loadLedger,
  WorkspaceReads,
  type WorkspaceRef,
} from "./workspace_reads.ts";
import { prepareAll } from "./statements.ts";
import type { WalFile } from "./wal_file.ts";

/**
 * A commit that leaves this number of pages in the WAL copies them to the file. It then takes a few
 * milliseconds.
 */
const CHECKPOINT_PAGES = 256;

/** Options for opening a store. */
export interface StoreOptions {
  /** Maximum number of pages in the file, for tests of a full disk. */
  maxPages?: number | undefined;
}

/** The figures of `store_stats`. */
export interface StoreStats extends StoreSize {
  workspaces: number;
  /** Number of unused bytes inside the file. */
  free_bytes: number;
  /** Last activity of the least and of the most recently active session. */
  oldest_ms: Int | null;
  newest_ms: Int | null;
}

/**
 * A store that is open for writing. There is one for each file, with any number of
 * {@linkcode Reader}s.
 */
export class Store implements Disposable {
  /** Stores events and sessions. */
  readonly sessions: SessionWrites;
  /** Stores the usage in transcripts. */
  readonly usage: UsageWrites;
  /** Stores which transcripts there are, and their calls. */
  readonly transcripts: TranscriptRows;
  /** Sessions that must be rebuilt from their events. */
  readonly stale: StaleSessions;
  /** Deletes old events. */
  readonly cuts: EventCuts;
  /** Converts keys of events to cursors. */
  readonly epochs: Epochs;
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #pages: RawPages;
  readonly #wal: WalFile;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #file: FileWatch;
  readonly #ledger: Ledger;
  readonly #workspaces: WorkspaceReads;
  readonly #pruner: Pruner;
  readonly #sweeper: Sweeper;
  readonly #readers: ReaderPool;
  #isClosed = false;

  private constructor(path: string, { db, pages, wal }: OpenStore) {
    this.#path = path;
    this.#db = db;
    this.#pages = pages;
    this.#wal = wal;
    this.#sql = prepare(db);
    this.#file = new FileWatch(path, {
      readWal: () => toWalState(this.#sql.wal.get()),
      // `get` would not tell of a disk that fails.
      moveWal: () => toWalState(this.#sql.moveWal.all()[0]),
      readHeader: () => pages.header(),
      wal,
      lookAtOpen: () => pages.look(),
    });
    this.#ledger = loadLedger(db);
    this.epochs = new Epochs(db);
    const rows = new SessionRows(db, this.#ledger);
    this.sessions = new SessionWrites(db, { ledger: this.#ledger, rows });
    this.usage = new UsageWrites(db);
    this.transcripts = new TranscriptRows(db, this.#ledger);
    this.#workspaces = new WorkspaceReads(db, this.#ledger);
    const transact = <T>(work: () => T, checkpointPages?: number) =>
      this.transact(work, checkpointPages);
    const sweeper = new Sweeper(db, {
      pages,
      transact,
      check: () => this.#file.check(),
      checkWal: () => this.#file.checkWal(),
      noteWrites: () => this.#file.noteWrites(),
    });
    this.#sweeper = sweeper;
    this.cuts = new EventCuts(db, { ledger: this.#ledger, rows, transact });
    this.#pruner = new Pruner(db, {
      ledger: this.#ledger,
      cuts: this.cuts,
      sweeper,
      transact,
    });
    this.stale = new StaleSessions(db, { ledger: this.#ledger, sweeper });
    this.#readers = new ReaderPool(path);
  }

  /**
   * Opens the store, and creates it if there is none.
   *
   * @throws {StoreError} If the file cannot be used. It stays unchanged.
   */
  static open(path: string, options: StoreOptions = {}): Store {
    const opened = openWriter(path, options.maxPages);
    try {
      return new Store(path, opened);
    } catch (error) {
      opened.db.close();
      opened.pages.close();
      opened.wal.close();
      if (error instanceof TypeError) {
        throw corruptError(path, error.message, error);
      }
      throw error instanceof StoreError ? error : explainOpenError(error, path);
    }
  }

  /**
   * Runs `work` in one transaction. After a return its writes are on disk; after an error nothing
   * is written, and memory is unchanged.
   *
   * @param checkpointPages Number of pages in the WAL from which they are copied to the file.
   * @throws {StoreError} If the file is damaged or not in its place, or the file system refuses a
   * write. SQLite's own error for all other failures.
   */
  transact<T>(work: () => T, checkpointPages = CHECKPOINT_PAGES): T {
    this.#file.check();
    try {
      this.#sql.begin.run();
      const result = work();
      if (this.sessions.isFarBehind) this.sessions.catchUp();
      this.#sql.commit.run();
      this.#file.noteTransaction();
      if (this.#file.fault !== null) throw this.#file.fault;
      const isLong = this.#file.walPages >= checkpointPages;
      if (isLong) this.#file.checkWal();
      this.#ledger.commit();
      if (isLong) this.#checkpoint();
      return result;
    } catch (error) {
      this.#ledger.undo.rollback();
      // SQLite rolls back by itself when the disk is full. A second rollback would hide the first
      // error.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      this.#file.noteTransaction();
      throw this.#file.explain(error);
    }
  }

  /** Copies the WAL to the file. If that fails, the next commit tries it again. */
  #checkpoint(): void {
    try {
      this.#sql.moveWal.all();
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    } finally {
      this.#file.noteWrites();
    }
  }

  /**
   * Writes the rows of sessions that lack events before they are read. No sync is needed, because
   * the events are on disk.
   */
  #catchUp(): void {
    if (this.#ledger.unwritten.length === 0) return;
    this.#sweeper.unsynced(() => this.sessions.catchUp(), CHECKPOINT_PAGES);
  }

  /**
   * Does the same for a reader. A full disk can still be read: the sessions are then answered from
   * memory.
   */
  #tryCatchUp(): void {
    try {
      this.#catchUp();
    } catch (error) {
      if (!isSqliteError(error) && !(error instanceof StoreError)) throw error;
    }
  }

  /** Whether the open file is still the one at its path. */
  get isInPlace(): boolean {
    return this.#file.isInPlace;
  }

  /** Why nothing more is written to the files; null if nothing was found. */
  get fault(): StoreError | null {
    return this.#file.fault;
  }

  /**
   * Returns the error for the user after a read has failed. An error that shows damage stops all
   * writing, as in {@linkcode transact}.
   */
  explain(error: unknown): unknown {
    return this.#file.explain(error);
  }

  /** Returns the size of the files, and the number of sessions and events, from memory. */
  size(): StoreSize {
    // Opening and closing the file would drop SQLite's locks.
    const bytes = fileBytes(this.#path) + fileBytes(`${this.#path}-wal`);
    return { bytes, ...this.#ledger.counts };
  }

  /** Returns the size, and figures for a prune. */
  stats(): StoreStats {
    const free = readInt(
      readOne(this.#sql.freePages.get()),
    );
    const page = readInt(readOne(this.#sql.pageBytes.get()));
    this.#tryCatchUp();
    return {
      ...this.size(),
      free_bytes: free * page,
      ...this.#workspaces.span(),
    };
  }

  /** Returns all workspaces with sessions, newest activity first. */
  listWorkspaces(): WorkspaceRef[] {
    this.#tryCatchUp();
    return this.#workspaces.newestFirst();
  }

  /** Returns the paths of all workspaces with sessions, from memory and in any order. */
  workspacePaths(): string[] {
    return [...this.#ledger.workspaces()]
      .filter(({ sessions }) => sessions > 0)
      .map(({ path }) => path);
  }

  /** Returns a workspace; undefined if it has no sessions. */
  workspace(path: string): WorkspaceRef | undefined {
    const found = this.#ledger.workspace(path);
    return found && { ...found };
  }

  /** Returns the path of a workspace with sessions. @throws {RangeError} If it has no sessions. */
  workspacePath(key: number): string {
    const found = this.#ledger.workspaceByKey(key);
    if (found === undefined) throw new RangeError(`No workspace ${key}`);
    return found.path;
  }

  /** Begins to read a snapshot of the store. Close the reader. */
  read(): Reader {
    this.#tryCatchUp();
    return this.#readers.begin(this.#ledger.unwritten);
  }

  /** Does the same for the stream of events, which does not need up-to-date rows of sessions. */
  readStream(): Reader {
    return this.#readers.begin([]);
  }

  /**
   * Deletes sessions in small steps. Sessions that lose events are then stale.
   *
   * @returns Steps of a few milliseconds each. They may end early: the store is consistent, and the
   * next prune continues.
   * @throws {StoreError} If the file is damaged or not in its place.
   */
  prune(options: PruneQuery, result?: PruneResult): Steps<PruneResult> {
    this.#file.check();
    return this.#abreast(this.#pruner.prune(options, result));
  }

  /** Writes the rows that lack events before each step. */
  *#abreast<T>(steps: Steps<T>): Steps<T> {
    while (true) {
      this.#catchUp();
      const step = steps.next();
      if (step.done) return step.value;
      yield;
    }
  }

  /** Whether a prune was ended early. */
  get isSweepNeeded(): boolean {
    return this.#sweeper.isNeeded;
  }

  /** Completes a prune that was ended early. */
  sweep(): Steps<void> {
    return this.#sweeper.sweep();
  }

  /** Releases empty space, and leaves no deleted text in the files. */
  release(): Steps<void> {
    return this.#abreast(this.#sweeper.shrink());
  }

  /** Deletes the spans of version 1. */
  sweepSpans(): Steps<void> {
    return this.#sweeper.sweepSpans();
  }

  /**
   * Copies the WAL to the file and closes it. May be called twice. Open readers fail. A damaged or
   * replaced file stays open until the process ends, because closing would write to the file at the
   * path.
   */
  close(): void {
    this.#readers.close();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tryCatchUp();
    // The last connection runs a checkpoint.
    if (!this.#file.mustStay) this.#db.close();
    this.#pages.close();
    this.#wal.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function fileBytes(path: string): number {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** @param row Of `PRAGMA wal_checkpoint`. */
function toWalState(row: Row | undefined): WalState {
  return {
    pages: readInt(row?.["log"]),
    moved: readInt(row?.["checkpointed"]),
  };
}

function prepare(db: DatabaseSync) {
  return prepareAll(db, {
    // Takes the lock at once, so that an error comes before any change.
    begin: "BEGIN IMMEDIATE",
    commit: "COMMIT",
    rollback: "ROLLBACK",
    freePages: "PRAGMA freelist_count",
    // Copies nothing, only returns the state.
    wal: "PRAGMA wal_checkpoint(NOOP)",
    moveWal: "PRAGMA wal_checkpoint(PASSIVE)",
    pageBytes: "PRAGMA page_size",
  });
}
