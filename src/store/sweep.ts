// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Removes the rows of deleted sessions and gives their pages back, a little at a time.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CHECKPOINT_PAGES } from "./open.ts";
import { packRows, unpackRows } from "./row_lists.ts";
import { readBlob, readInt, readOne, type Row } from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Rows, and bytes of their JSON, deleted in one step. A single longer event is deleted in one step all the same. */
const SWEEP_ROWS = 100;
const SWEEP_BYTES = 256 * 1024;
/** Pages given back in one step; each moves a page from the end of the file into a hole. */
const SHRINK_PAGES = 64;
/** Holes left alone: new events fill them. */
const SPARE_PAGES = 16;

/** The WAL is moved into the file earlier than elsewhere: these pages lie all over it, and 256 of them took 13 ms. */
const SWEEP_CHECKPOINT_PAGES = 64;

/** What a step may still do. */
interface Left {
  rows: number;
  bytes: number;
}

/** The steps that follow a prune. They may end between any two, and go on another time. */
export class Sweeper {
  readonly #transact: (work: () => void) => void;
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, transact: (work: () => void) => void) {
    this.#db = db;
    this.#transact = transact;
    this.#sql = prepare(db);
  }

  /** Removes the rows of sessions that are deleted. */
  *sweep(): Steps<void> {
    while (this.#sql.nextTrash.get() !== undefined) {
      this.#unsynced(() => this.#transact(() => this.#sweepSome()));
      yield;
    }
  }

  /** Removes about as many rows as one step may. */
  #sweepSome(): void {
    const left: Left = { rows: SWEEP_ROWS, bytes: SWEEP_BYTES };
    while (left.rows > 0 && left.bytes > 0) {
      const next = this.#sql.nextTrash.get();
      if (next === undefined) return;
      const session = readInt(next.session);
      const block = this.#sql.nextBlock.get(session);
      if (block !== undefined) this.#sweepBlock(session, block, left);
      else if (!this.#sweepIds(session, left)) {
        this.#sql.dropTrash.run(session);
      }
      left.rows--;
    }
  }

  /** Removes the rows that a block lists; what is over the limit stays listed. */
  #sweepBlock(
    session: number,
    { kind, first, members }: Row,
    left: Left,
  ): void {
    const ofEvents = readInt(kind) === 0;
    const rows = unpackRows(readBlob(members));
    while (left.rows > 0 && left.bytes > 0) {
      const row = rows.pop();
      if (row === undefined) break;
      left.rows--;
      if (ofEvents) {
        left.bytes -= readInt(this.#sql.payloadBytes.get(row)?.bytes ?? 0);
      }
      (ofEvents ? this.#sql.dropEvent : this.#sql.dropSpan).run(row);
    }
    const block = [session, readInt(kind), readInt(first)];
    if (rows.length === 0) this.#sql.dropBlock.run(...block);
    else this.#sql.cutBlock.run(packRows(rows), ...block);
  }

  #sweepIds(session: number, left: Left): boolean {
    const { changes } = this.#sql.dropIds.run(session, left.rows);
    left.rows -= Number(changes);
    return changes !== 0;
  }

  /** Runs what may be lost by a power failure, as it is begun again then; so that it does not occupy the disk for each step. */
  #unsynced(work: () => void): void {
    this.#db.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${SWEEP_CHECKPOINT_PAGES}`,
    );
    try {
      work();
    } finally {
      this.#db.exec(
        `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
    }
  }

  /** Gives empty pages back, then moves the WAL into the file, which is when it gets shorter. */
  *shrink(): Steps<void> {
    const free = () => readInt(readOne(this.#sql.freePages.get()));
    for (let left = free(); left > SPARE_PAGES;) {
      // Returns a row for each page; the next page is moved when the next row is asked for.
      this.#unsynced(() => this.#sql.shrink.all());
      const now = free();
      if (now >= left) break;
      left = now;
      yield;
    }
    this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    yield;
    // Never waits for a reader: the WAL then keeps its length until the next time.
    const timeout = readInt(readOne(this.#sql.timeout.get()));
    this.#db.exec(
      `PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = ${timeout}`,
    );
  }
}

function prepare(db: DatabaseSync) {
  return {
    nextTrash: db.prepare(
      "SELECT session FROM trash ORDER BY session LIMIT 1",
    ),
    dropTrash: db.prepare("DELETE FROM trash WHERE session = ?"),
    nextBlock: db.prepare(
      "SELECT kind, first, members FROM blocks WHERE session = ? LIMIT 1",
    ),
    dropBlock: db.prepare(
      "DELETE FROM blocks WHERE session = ? AND kind = ? AND first = ?",
    ),
    cutBlock: db.prepare(
      "UPDATE blocks SET members = ? WHERE session = ? AND kind = ? AND first = ?",
    ),
    payloadBytes: db.prepare(
      "SELECT length(payload) AS bytes FROM events WHERE key = ?",
    ),
    dropEvent: db.prepare("DELETE FROM events WHERE key = ?"),
    dropSpan: db.prepare("DELETE FROM spans WHERE key = ?"),
    dropIds: db.prepare(
      `DELETE FROM event_ids WHERE (session, kaizen_id) IN
         (SELECT session, kaizen_id FROM event_ids WHERE session = ? LIMIT ?)`,
    ),
    shrink: db.prepare(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`),
    freePages: db.prepare("PRAGMA freelist_count"),
    timeout: db.prepare("PRAGMA busy_timeout"),
  } satisfies Record<string, StatementSync>;
}
