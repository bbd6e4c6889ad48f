// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Removes the rows of deleted sessions, and those of version 1's spans, and gives their pages back, a little at a time.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CHECKPOINT_PAGES } from "./open.ts";
import { packRows, unpackRows } from "./row_lists.ts";
import { readBlob, readInt, readOne, type Row } from "./rows.ts";
import type { RawPages } from "./scrub.ts";
import type { Steps } from "./steps.ts";

/** Rows, and bytes of their JSON, deleted in one step. A single longer event is deleted in one step all the same. */
const SWEEP_ROWS = 100;
const SWEEP_BYTES = 256 * 1024;
/** Pages given back in one step; each moves a page from the end of the file into a hole. */
const SHRINK_PAGES = 64;
/** Holes left alone: new events fill them. */
const SPARE_PAGES = 16;

/** Pages looked at in one step for what deleted texts have left behind, and how often all of them at most. */
const SCRUB_PAGES = 256;
const SCRUB_ROUNDS = 4;

/** The WAL is moved into the file earlier than elsewhere: these pages lie all over it, and 256 of them took 13 ms. */
const SWEEP_CHECKPOINT_PAGES = 64;

/** What a step may still do. */
interface Left {
  rows: number;
  bytes: number;
}

/** What a {@linkcode Sweeper} works with. */
export interface SweeperParts {
  pages: Pick<RawPages, "count" | "scrub" | "sync">;
  transact: <T>(work: () => T, checkpointPages: number) => T;
  /** Throws if the file must not be written to. */
  check: () => void;
  /** Is told of what is written outside of transactions. */
  noteWrites: () => void;
}

/** The steps that follow a prune. They may end between any two, and go on another time. */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, parts: SweeperParts) {
    this.#db = db;
    this.#parts = parts;
    this.#sql = prepare(db);
  }

  /** Removes the rows of sessions that are deleted. */
  *sweep(): Steps<void> {
    while (this.#sql.nextTrash.get() !== undefined) {
      this.unsynced(() => this.#sweepSome());
      yield;
    }
  }

  /** Removes what version 1 had made of the events. */
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

  /** Removes about as many rows as one step may. */
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

  /** Removes the rows that a block lists; what is over the limit stays listed. */
  #sweepBlock(
    session: number,
    { kind, first, members }: Row,
    left: Left,
  ): void {
    // Others list spans of version 1, which go without their lists.
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

  /** Removes calls and ids; tells whether there were any. */
  #sweepRest(session: number, left: Left): boolean {
    const calls = this.dropCalls(session, left.rows);
    const ids = this.#sql.dropIds.run(session, left.rows).changes;
    const dropped = calls + Number(ids) + this.#dropUsage(session, left.rows);
    left.rows -= dropped;
    return dropped > 0;
  }

  /** Removes up to `rows` rows of each kind that transcripts told; returns how many there were. */
  #dropUsage(session: number, rows: number): number {
    const { dropUsage, dropSums, dropTold } = this.#sql;
    let dropped = Number(dropTold.run(session, rows).changes);
    dropped += Number(dropUsage.run(session, rows).changes);
    if (dropped === 0) dropped += Number(dropSums.run(session).changes);
    return dropped;
  }

  /** Removes up to `rows` calls of a session; returns how many there were. */
  dropCalls(session: number, rows: number): number {
    return Number(this.#sql.dropCalls.run(session, rows).changes);
  }

  /**
   * Runs in a transaction what may be lost by a power failure, as it is begun again then; so that it does not occupy the disk for each
   * step.
   */
  unsynced<T>(work: () => T, checkpointPages = SWEEP_CHECKPOINT_PAGES): T {
    this.#db.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${checkpointPages}`,
    );
    try {
      return this.#parts.transact(work, checkpointPages);
    } finally {
      this.#db.exec(
        `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
    }
  }

  /** Gives empty pages back, moves the WAL into the file, which is when it gets shorter, and overwrites what deleted texts have left. */
  *shrink(spare = SPARE_PAGES): Steps<void> {
    const free = () => readInt(readOne(this.#sql.freePages.get()));
    for (let left = free(); left > spare;) {
      // Returns a row for each page; the next page is moved when the next row is asked for.
      this.unsynced(() => this.#sql.shrink.all());
      const now = free();
      if (now >= left) break;
      left = now;
      yield;
    }
    yield* this.#emptyWal();
    yield* this.#scrub();
  }

  /** Moves the WAL into the file and cuts it to nothing. */
  *#emptyWal(): Steps<void> {
    this.#writeFile(() => this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)"));
    yield;
    // Never waits for a reader: the WAL then keeps its length until the next time.
    const timeout = readInt(readOne(this.#sql.timeout.get()));
    this.#writeFile(() =>
      this.#db.exec(
        `PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = ${timeout}`,
      )
    );
  }

  /**
   * Overwrites what is left of deleted texts. Pages that are in memory or in the WAL would be written again as they were, so this begins
   * with neither; what events have brought back meanwhile is found the next time round.
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

  /** Writes to the file itself, outside of a transaction. Work that fails half-way has changed it, too. */
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
    dropCalls: db.prepare(
      `DELETE FROM calls WHERE (session, call) IN (SELECT session, call FROM calls WHERE session = ? LIMIT ?)`,
    ),
    dropTold: db.prepare(
      `DELETE FROM transcript_calls WHERE (session, call) IN
         (SELECT session, call FROM transcript_calls WHERE session = ? LIMIT ?)`,
    ),
    dropUsage: db.prepare(
      `DELETE FROM usage WHERE key IN
         (SELECT usage.key FROM usage_sums JOIN usage ON sums = usage_sums.key WHERE session = ? LIMIT ?)`,
    ),
    dropSums: db.prepare("DELETE FROM usage_sums WHERE session = ?"),
    hasSpans: db.prepare(
      "SELECT 1 FROM sqlite_schema WHERE name = 'old_spans'",
    ),
    dropIds: db.prepare(
      `DELETE FROM event_ids WHERE (session, kaizen_id) IN
         (SELECT session, kaizen_id FROM event_ids WHERE session = ? LIMIT ?)`,
    ),
    shrink: db.prepare(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`),
    freePages: db.prepare("PRAGMA freelist_count"),
    timeout: db.prepare("PRAGMA busy_timeout"),
  } satisfies Record<string, StatementSync>;
}
