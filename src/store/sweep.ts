// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Deletes the rows of deleted sessions and of version 1's spans in small steps, and releases their
 * pages.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { packRows, unpackRows } from "./row_lists.ts";
import { readBlob, readInt, readOne, type Row } from "./rows.ts";
import type { RawPages } from "./scrub.ts";
import type { Steps } from "./steps.ts";
import { prepareAll } from "./statements.ts";

/** Rows, and bytes of their JSON, that one step deletes. One longer event takes one step, too. */
const SWEEP_ROWS = 100;
const SWEEP_BYTES = 256 * 1024;
/** Pages that one step releases. Each moves a page from the end of the file to an empty page. */
const SHRINK_PAGES = 64;
/** Number of empty pages that are kept for new events. */
const SPARE_PAGES = 16;

/** Pages that one step scrubs, and the maximum number of rounds over all pages. */
const SCRUB_PAGES = 256;
const SCRUB_ROUNDS = 4;

/**
 * The WAL is copied to the file earlier than elsewhere, because these pages are scattered: 256 of
 * them took 13 ms.
 */
const SWEEP_CHECKPOINT_PAGES = 64;

/** The rows and bytes that a step may still delete. */
interface Left {
  rows: number;
  bytes: number;
}

/** The parts of a {@linkcode Sweeper}. */
export interface SweeperParts {
  pages: Pick<RawPages, "count" | "scrub" | "sync">;
  transact: <T>(work: () => T, checkpointPages: number) => T;
  /** Throws if the file must not be written to. */
  check: () => void;
  /** Throws if the WAL must not be copied to the file. */
  checkWal: () => void;
  /** Is called after each write outside of transactions. */
  noteWrites: () => void;
}

/** The steps after a prune. They may end early and continue another time. */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, parts: SweeperParts) {
    this.#db = db;
    this.#parts = parts;
    this.#sql = prepare(db);
  }

  /** Whether any deleted session still has rows. */
  get isNeeded(): boolean {
    return this.#sql.nextTrash.get() !== undefined;
  }

  /** Deletes the rows of deleted sessions. */
  *sweep(): Steps<void> {
    while (this.isNeeded) {
      this.unsynced(() => this.#sweepSome());
      yield;
    }
  }

  /** Deletes the spans of version 1. */
  *sweepSpans(): Steps<void> {
    if (this.#sql.hasSpans.get() === undefined) return;
    const drop = this.#db.prepare(
      "DELETE FROM old_spans WHERE key IN (SELECT key FROM old_spans LIMIT ?)",
    );
    const dropLists = this.#db.prepare(
      `DELETE FROM blocks WHERE (session, kind, first) IN
         (SELECT session, kind, first FROM blocks WHERE kind = 1 AND session >= ? ORDER BY session LIMIT ?)
       RETURNING session`,
    );
    for (let left = true; left;) {
      left = this.unsynced(() => drop.run(SWEEP_ROWS).changes !== 0);
      yield;
    }
    for (let session: number | null = 0; session !== null;) {
      const from: number = session;
      const rows = this.unsynced(() => dropLists.all(from, SWEEP_ROWS));
      const found = rows.map((row) => readInt(row.session));
      session = found.length === 0 ? null : Math.max(...found);
      yield;
    }
    this.unsynced(() => this.#db.exec("DROP TABLE old_spans"));
    yield* this.shrink(0);
  }

  /** Deletes about as many rows as one step may. */
  #sweepSome(): void {
    const left: Left = { rows: SWEEP_ROWS, bytes: SWEEP_BYTES };
    while (left.rows > 0 && left.bytes > 0) {
      const next = this.#sql.nextTrash.get();
      if (next === undefined) return;
      const session = readInt(next.session);
      const block = this.#sql.nextBlock.get(session);
      if (block !== undefined) this.#sweepBlock(session, block, left);
      else if (!this.#sweepRest(session, left)) {
        this.#sql.dropTrash.run(session);
      }
      left.rows--;
    }
  }

  /** Deletes the rows that a block lists. Rows over the limit stay listed. */
  #sweepBlock(
    session: number,
    { kind, first, members }: Row,
    left: Left,
  ): void {
    // Blocks of another kind list spans of version 1, which are deleted without their lists.
    const rows = readInt(kind) === 0 ? unpackRows(readBlob(members)) : [];
    while (left.rows > 0 && left.bytes > 0) {
      const row = rows.pop();
      if (row === undefined) break;
      left.rows--;
      left.bytes -= readInt(this.#sql.payloadBytes.get(row)?.bytes ?? 0);
      this.#sql.dropEvent.run(row);
    }
    const block = [session, readInt(kind), readInt(first)];
    if (rows.length === 0) this.#sql.dropBlock.run(...block);
    else this.#sql.cutBlock.run(packRows(rows), ...block);
  }

  /** Deletes calls, ids and usage. Returns whether there were any. */
  #sweepRest(session: number, left: Left): boolean {
    const calls = this.dropCalls(session, left.rows);
    const ids = this.#sql.dropIds.run(session, left.rows).changes;
    const dropped = calls + Number(ids) + this.#dropUsage(session, left.rows);
    left.rows -= dropped;
    return dropped > 0;
  }

  /** Deletes up to `rows` rows of each kind from transcripts. Returns their number. */
  #dropUsage(session: number, rows: number): number {
    const { dropUsage, dropSums, dropTold } = this.#sql;
    let dropped = Number(dropTold.run(session, rows).changes);
    dropped += Number(dropUsage.run(session, rows).changes);
    if (dropped === 0) dropped += Number(dropSums.run(session).changes);
    return dropped;
  }

  /** Deletes up to `rows` calls of a session. Returns their number. */
  dropCalls(session: number, rows: number): number {
    return Number(this.#sql.dropCalls.run(session, rows).changes);
  }

  /**
   * Runs a transaction without a sync. A power failure may undo it; the work is then done again.
   */
  unsynced<T>(work: () => T, checkpointPages = SWEEP_CHECKPOINT_PAGES): T {
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.#parts.transact(work, checkpointPages);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /**
   * Releases empty pages, copies the WAL to the file, which shortens it, and overwrites the remains
   * of deleted texts.
   */
  *shrink(spare = SPARE_PAGES): Steps<void> {
    const free = () => readInt(readOne(this.#sql.freePages.get()));
    for (let left = free(); left > spare;) {
      // The statement moves one page for each row that is read.
      this.unsynced(() => this.#sql.shrink.all());
      const now = free();
      if (now >= left) break;
      left = now;
      yield;
    }
    yield* this.#emptyWal();
    yield* this.#scrub();
  }

  /** Copies the WAL to the file and truncates it. */
  *#emptyWal(): Steps<void> {
    this.#parts.checkWal();
    this.#writeFile(() => this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)"));
    yield;
    // Does not wait for a reader: the WAL then keeps its length until the next time.
    const timeout = readInt(readOne(this.#sql.timeout.get()));
    this.#writeFile(() => {
      this.#db.exec("PRAGMA busy_timeout = 0");
      try {
        this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        this.#db.exec(`PRAGMA busy_timeout = ${timeout}`);
      }
    });
  }

  /**
   * Overwrites the remains of deleted texts. A page in memory or in the WAL would bring them back,
   * so both are emptied first. The next round finds pages that new events have written meanwhile.
   */
  *#scrub(): Steps<void> {
    const { pages } = this.#parts;
    for (let round = 0; round < SCRUB_ROUNDS; round++) {
      let changed = 0;
      this.#db.exec("PRAGMA shrink_memory");
      for (let first = 1; first <= pages.count; first += SCRUB_PAGES) {
        changed += this.#writeFile(() => pages.scrub(first, SCRUB_PAGES));
        yield;
      }
      if (changed === 0) return;
      pages.sync();
      yield* this.#emptyWal();
    }
  }

  /**
   * Writes to the file outside of a transaction. Work that fails may have changed the file, too.
   */
  #writeFile<T>(work: () => T): T {
    this.#parts.check();
    try {
      return work();
    } finally {
      this.#parts.noteWrites();
    }
  }
}

function prepare(db: DatabaseSync) {
  return prepareAll(db, {
    nextTrash: "SELECT session FROM trash ORDER BY session LIMIT 1",
    dropTrash: "DELETE FROM trash WHERE session = ?",
    nextBlock:
      "SELECT kind, first, members FROM blocks WHERE session = ? LIMIT 1",
    dropBlock:
      "DELETE FROM blocks WHERE session = ? AND kind = ? AND first = ?",
    cutBlock:
      "UPDATE blocks SET members = ? WHERE session = ? AND kind = ? AND first = ?",
    payloadBytes: "SELECT length(payload) AS bytes FROM events WHERE key = ?",
    dropEvent: "DELETE FROM events WHERE key = ?",
    dropCalls:
      `DELETE FROM calls WHERE (session, call) IN (SELECT session, call FROM calls WHERE session = ? LIMIT ?)`,
    dropTold: `DELETE FROM transcript_calls WHERE (session, call) IN
         (SELECT session, call FROM transcript_calls WHERE session = ? LIMIT ?)`,
    dropUsage: `DELETE FROM usage WHERE key IN
         (SELECT usage.key FROM usage_sums JOIN usage ON sums = usage_sums.key WHERE session = ? LIMIT ?)`,
    dropSums: "DELETE FROM usage_sums WHERE session = ?",
    hasSpans: "SELECT 1 FROM sqlite_schema WHERE name = 'old_spans'",
    dropIds: `DELETE FROM event_ids WHERE (session, kaizen_id) IN
         (SELECT session, kaizen_id FROM event_ids WHERE session = ? LIMIT ?)`,
    shrink: `PRAGMA incremental_vacuum(${SHRINK_PAGES})`,
    freePages: "PRAGMA freelist_count",
    timeout: "PRAGMA busy_timeout",
  });
}
