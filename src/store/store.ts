// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The store as its one writer sees it: opening, transactions, readers, and what is asked of all of it.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int, StoreSize } from "../proto/mod.ts";
import { Epochs } from "./epochs.ts";
import { FileWatch, type WalState } from "./file_watch.ts";
import {
  corruptError,
  explainOpenError,
  isSqliteError,
  StoreError,
} from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { CHECKPOINT_PAGES, type OpenStore, openWriter } from "./open.ts";
import { type PruneQuery, Pruner, type PruneResult } from "./prune.ts";
import type { Reader } from "./reader.ts";
import { ReaderPool } from "./reader_pool.ts";
import { readInt, readOne } from "./rows.ts";
import type { RawPages } from "./scrub.ts";
import { SessionWrites } from "./session_writes.ts";
import type { Steps } from "./steps.ts";
import { StaleSessions } from "./stale_sessions.ts";
import { Sweeper } from "./sweep.ts";
import { UsageWrites } from "./usage_writes.ts";
import {
  loadLedger,
  WorkspaceReads,
  type WorkspaceRef,
} from "./workspace_reads.ts";

/** How a store is opened. */
export interface StoreOptions {
  /** Most pages the file may have; for tests of a full disk. */
  maxPages?: number | undefined;
}

/** What `store_stats` tells. */
export interface StoreStats extends StoreSize {
  workspaces: number;
  /** Bytes inside the file that hold nothing. */
  free_bytes: number;
  /** Last activity of the session that is longest at rest, and of the newest. */
  oldest_ms: Int | null;
  newest_ms: Int | null;
}

/** A store opened for writing. There is one per file; any number of {@linkcode Reader}s stand beside it. */
export class Store implements Disposable {
  /** What events read and change. */
  readonly sessions: SessionWrites;
  /** What transcripts tell. */
  readonly usage: UsageWrites;
  /** What has to be made anew of events that are stored. */
  readonly stale: StaleSessions;
  /** Names the places of events. */
  readonly epochs: Epochs;
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #pages: RawPages;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #file: FileWatch;
  readonly #ledger: Ledger;
  readonly #workspaces: WorkspaceReads;
  readonly #pruner: Pruner;
  readonly #sweeper: Sweeper;
  readonly #readers: ReaderPool;
  #isClosed = false;

  private constructor(path: string, { db, pages }: OpenStore) {
    this.#path = path;
    this.#db = db;
    this.#pages = pages;
    this.#sql = prepare(db);
    this.#file = new FileWatch(path, { readWal: () => this.#readWal() });
    this.#ledger = loadLedger(db);
    this.epochs = new Epochs(db);
    this.sessions = new SessionWrites(db, this.#ledger);
    this.usage = new UsageWrites(db, this.#ledger);
    this.#workspaces = new WorkspaceReads(db, this.#ledger);
    const transact = <T>(work: () => T, checkpointPages?: number) =>
      this.transact(work, checkpointPages);
    const sweeper = new Sweeper(db, {
      pages,
      transact,
      check: () => this.#file.check(),
      noteWrites: () => this.#file.noteWrites(),
    });
    const { sessions } = this;
    this.#sweeper = sweeper;
    this.#pruner = new Pruner(db, {
      ledger: this.#ledger,
      sessions,
      sweeper,
      transact,
    });
    this.stale = new StaleSessions(db, { ledger: this.#ledger, sweeper });
    this.#readers = new ReaderPool(path);
  }

  /**
   * Opens the store, and makes it if there is none.
   *
   * @throws {StoreError} If the file cannot be used; it is left as it was.
   */
  static open(path: string, options: StoreOptions = {}): Store {
    const opened = openWriter(path, options.maxPages);
    try {
      return new Store(path, opened);
    } catch (error) {
      opened.db.close();
      opened.pages.close();
      if (error instanceof TypeError) {
        throw corruptError(path, error.message, error);
      }
      throw explainOpenError(error, path);
    }
  }

  /**
   * Runs `work` in one transaction: when this returns, what it wrote is on disk; when this throws, nothing was written and
   * memory is as it was.
   *
   * @param checkpointPages Pages of the WAL from which a commit moves them to the file, as it is set.
   * @throws {StoreError} If the file is damaged or not in its place, or its file system refuses; SQLite's own error for anything else it refuses.
   */
  transact<T>(work: () => T, checkpointPages = CHECKPOINT_PAGES): T {
    this.#file.check();
    try {
      this.#sql.begin.run();
      const result = work();
      if (this.sessions.isFarBehind) this.sessions.catchUp();
      this.#sql.commit.run();
      this.#file.noteWrites(checkpointPages);
      this.#ledger.commit();
      return result;
    } catch (error) {
      this.#ledger.undo.rollback();
      // A full disk has rolled back already; an error here would hide the first one.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      this.#file.noteWrites();
      throw this.#file.explain(error);
    }
  }

  #readWal(): WalState {
    const row = this.#sql.wal.get();
    return { pages: readInt(row?.log), moved: readInt(row?.checkpointed) };
  }

  /** Writes the rows of sessions that lack events, as these are about to be read. The disk need not have them: the events it has. */
  #catchUp(): void {
    if (this.#ledger.behind.length === 0) return;
    this.#sweeper.unsynced(() => this.sessions.catchUp(), CHECKPOINT_PAGES);
  }

  /** The same for those that only read: a disk that takes nothing can be read, and one session is then answered from memory. */
  #tryCatchUp(): void {
    try {
      this.#catchUp();
    } catch (error) {
      if (!isSqliteError(error) && !(error instanceof StoreError)) throw error;
    }
  }

  /** Whether the file that is open is still the one at its path. */
  get isInPlace(): boolean {
    return this.#file.isInPlace;
  }

  /**
   * Returns what went wrong while something was read, in words for the user. A sign that the file is damaged ends all writing, as
   * {@linkcode transact} does when it meets one.
   */
  explain(error: unknown): unknown {
    return this.#file.explain(error);
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

  /** All workspaces that have sessions, that with the newest activity first. */
  listWorkspaces(): WorkspaceRef[] {
    this.#tryCatchUp();
    return this.#workspaces.newestFirst();
  }

  /** A workspace as it is now; undefined if it has no sessions. */
  workspace(path: string): WorkspaceRef | undefined {
    const found = this.#ledger.workspace(path);
    return found && { ...found };
  }

  /** Path of a workspace that has sessions. @throws {RangeError} If it has none. */
  workspacePath(key: number): string {
    const found = this.#ledger.workspaceByKey(key);
    if (found === undefined) throw new RangeError(`No workspace ${key}`);
    return found.path;
  }

  /** Begins to read what is stored now; what is written later is not seen. The reader must be closed. */
  read(): Reader {
    this.#tryCatchUp();
    return this.#readers.begin(this.#ledger.behind);
  }

  /** The same for the stream of events, for which the rows of sessions need not be up to date. */
  readStream(): Reader {
    return this.#readers.begin([]);
  }

  /**
   * Deletes sessions in small steps, and gives their space back to the file system.
   *
   * @returns Steps of a few ms each; ending between two leaves a whole store, and the next prune goes on from there.
   * @throws {StoreError} If the file is damaged or not in its place.
   */
  prune(options: PruneQuery, result?: PruneResult): Steps<PruneResult> {
    this.#file.check();
    return this.#abreast(this.#pruner.prune(options, result));
  }

  /** Takes steps that read rows of sessions. */
  *#abreast<T>(steps: Steps<T>): Steps<T> {
    while (true) {
      this.#catchUp();
      const step = steps.next();
      if (step.done) return step.value;
      yield;
    }
  }

  /** Removes what a prune left behind when it was ended early. */
  sweep(): Steps<void> {
    return this.#sweeper.sweep();
  }

  /** Removes what version 1 had made of the events. */
  sweepSpans(): Steps<void> {
    return this.#sweeper.sweepSpans();
  }

  /**
   * Moves the WAL into the file and closes; may be called twice. Readers that still read fail. A damaged file, and one that another has
   * taken the place of, stays open for as long as the process lives, as there is no other way to leave what lies there as it is.
   */
  close(): void {
    this.#readers.close();
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#file.mustStay) {
      this.#tryCatchUp();
      this.#db.close(); // the last connection checkpoints
    }
    this.#pages.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function fileBytes(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function prepare(db: DatabaseSync) {
  return {
    // Takes the lock at once: an error then has one place, before anything was changed.
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    freePages: db.prepare("PRAGMA freelist_count"),
    // Moves nothing, only tells.
    wal: db.prepare("PRAGMA wal_checkpoint(NOOP)"),
    pageBytes: db.prepare("PRAGMA page_size"),
  } satisfies Record<string, StatementSync>;
}
