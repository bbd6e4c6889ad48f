// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Deletes the old events of sessions that stay.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { NOTE_DELETED_SQL } from "./epochs.ts";
import { EventIds } from "./event_ids.ts";
import { HEAD_SQL, readTime, TIME_SQL } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { listRows, readList, RowLists, unpackRows } from "./row_lists.ts";
import { readBlob, readInt, type Row, toSigned } from "./rows.ts";
import type { SessionRows } from "./session_rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { Steps } from "./steps.ts";

/** Bytes of events that one step deletes. One longer event takes one step, too. */
const CUT_BYTES = 256 * 1024;
/** Events whose changes of calls one step forgets, unless they have more bytes than that. */
const FORGET_EVENTS = 100;

/** The tail of a session that was deleted meanwhile. */
const NO_TAIL: Row = { events_filed: 0, events_tail: new Uint8Array() };

/**
 * Statements for the deletion of events. Each finds its rows by a key: a test checks their plans.
 */
export const CUT_SQL = {
  bytes:
    `SELECT length(CAST(${HEAD_SQL} AS BLOB)) + length(payload) + 1 AS bytes FROM events WHERE key = ?`,
  drop: "DELETE FROM events WHERE key = ?",
  noteDeleted: NOTE_DELETED_SQL,
  time:
    `SELECT ${TIME_SQL} AS ts, length(payload) AS bytes FROM events WHERE key = ?`,
  nextBlock:
    "SELECT first, members FROM blocks WHERE session = ? AND kind = 0 AND first > ? ORDER BY first LIMIT 1",
  tail: "SELECT events_filed, events_tail FROM sessions WHERE key = ?",
  changed:
    "SELECT length(payload) AS bytes FROM events WHERE key = ? AND calls IS NOT NULL",
  forget: "UPDATE events SET calls = NULL WHERE key = ?",
  cutCommits:
    `DELETE FROM commits WHERE workspace = (SELECT workspace FROM sessions WHERE key = ?) AND session = ? AND ts_ms < ?`,
} as const;

/** The parts of {@linkcode EventCuts}. */
export interface CutsParts {
  ledger: Ledger;
  rows: SessionRows;
  transact: (work: () => void) => void;
}

/** Deletes events in steps. */
export class EventCuts {
  readonly #parts: CutsParts;
  readonly #ids: EventIds;
  readonly #lists: RowLists;
  readonly #sql: Statements<keyof typeof CUT_SQL>;
  readonly #cuts = new Map<number, number>();

  constructor(db: DatabaseSync, parts: CutsParts) {
    this.#parts = parts;
    this.#ids = new EventIds(db, parts.ledger.undo);
    this.#lists = new RowLists(db);
    this.#sql = prepareAll(db, CUT_SQL);
  }

  /** Number of times a session has lost events since the store was opened. */
  of(key: number): number {
    return this.#cuts.get(key) ?? 0;
  }

  /**
   * Deletes events of a session, which is then stale. Their numbers are not given out again.
   *
   * @param first Identifies the block that lists them; null for events that are not filed.
   * @param old Keys of the events. Events that the list does not have stay.
   * @returns Number of deleted events.
   */
  #drop(
    key: number,
    first: number | null,
    old: readonly number[],
  ): number {
    const { ledger, rows } = this.#parts;
    const current = rows.byKey(key);
    if (current === null) return 0;
    const { events, recentIds, workspaceKey } = current;
    const listed = first === null
      ? unpackRows(events.tail)
      : this.#lists.readBlock(key, first);
    const gone = new Set(old.filter((row) => listed.includes(row)));
    if (gone.size === 0) return 0;
    const kept = listed.filter((row) => !gone.has(row));
    const ids = new Set(this.#ids.drop(key, [...gone]));
    let bytes = 0;
    for (const row of gone) {
      bytes += readInt(this.#sql.bytes.get(row)?.bytes);
      this.#sql.drop.run(row);
    }
    this.#sql.noteDeleted.run(Math.max(...gone));
    const left = first === null
      ? { ...listRows(kept), filed: events.filed }
      : { ...events, filed: events.filed - gone.size };
    if (first !== null) this.#lists.changeBlock(key, first, kept);
    const session = rows.write({
      ...current,
      form: null,
      eventBytes: current.eventBytes - bytes,
      events: left,
      recentIds: recentIds.difference(ids),
    }, current);
    rows.markStale(session);
    this.#cuts.set(key, this.of(key) + 1);
    ledger.count(workspaceKey, 0, -gone.size);
    return gone.size;
  }

  /**
   * Deletes the events of a session before a time, and its commits; the session is then stale.
   *
   * @param counted Is called with the number of events that a step has deleted.
   */
  *cut(
    key: number,
    { beforeMs, dryRun }: { beforeMs: Int; dryRun: boolean },
    counted: (events: number) => void,
  ): Steps<void> {
    const { transact } = this.#parts;
    const before = toSigned(beforeMs);
    let hasForgotten = dryRun;
    for (let after = -1;;) {
      const block = this.#sql.nextBlock.get(key, after);
      const first = block === undefined ? null : readInt(block.first);
      const rows = block === undefined
        ? unpackRows(readList(this.#sql.tail.get(key) ?? NO_TAIL).tail)
        : unpackRows(readBlob(block.members));
      for (const old of this.#chunks(rows, before)) {
        if (old.length > 0 && !hasForgotten) {
          yield* this.#forgetCalls(key);
          hasForgotten = true;
        }
        if (dryRun) counted(old.length);
        else transact(() => counted(this.#drop(key, first, old)));
        yield;
      }
      if (first !== null) after = first;
      // Events that were filed meanwhile come next.
      else if (this.#sql.nextBlock.get(key, after) === undefined) break;
    }
    if (!dryRun) transact(() => this.#sql.cutCommits.run(key, key, before));
  }

  /**
   * Deletes the changes of calls that a session's events keep, because they may have texts of the
   * events to delete. The session is stale from here on, so that it does not miss them.
   */
  *#forgetCalls(key: number): Steps<void> {
    const { rows, transact } = this.#parts;
    const current = rows.byKey(key);
    if (current === null) return;
    transact(() => rows.markStale(current));
    yield;
    const events = [...this.#lists.read(key, current.events)];
    while (events.length > 0) {
      transact(() => {
        let left = CUT_BYTES;
        for (const row of events.splice(-FORGET_EVENTS)) {
          const found = this.#sql.changed.get(row);
          if (found === undefined) continue;
          if (left <= 0) {
            events.push(row);
            continue;
          }
          left -= readInt(found.bytes);
          this.#sql.forget.run(row);
        }
      });
      yield;
    }
  }

  /** Finds the old ones among some events, in chunks that one step may delete. */
  *#chunks(rows: readonly number[], before: bigint): Generator<number[]> {
    let chunk: number[] = [];
    let left = CUT_BYTES;
    for (const row of rows) {
      const found = this.#sql.time.get(row);
      if (toSigned(readTime(found?.ts)) >= before) continue;
      chunk.push(row);
      left -= readInt(found?.bytes);
      if (left > 0) continue;
      yield chunk;
      [chunk, left] = [[], CUT_BYTES];
    }
    yield chunk;
  }
}
