// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions that must be rebuilt from their events: all sessions of a store of version 1, and those
 * that lost events.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { readTime, type StoredEvent, TIME_SQL, unpackEvent } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { RowLists } from "./row_lists.ts";
import { readInt } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { Steps } from "./steps.ts";
import type { StoredSession } from "./stored_session.ts";
import type { Sweeper } from "./sweep.ts";

/** Calls that one step deletes. */
const CLEAR_CALLS = 100;

/** The parts of {@linkcode StaleSessions}. */
export interface StaleParts {
  ledger: Pick<Ledger, "staleSessions">;
  sweeper: Pick<Sweeper, "unsynced" | "dropCalls">;
}

/** Statements for stale sessions. */
const STALE_SQL = {
  next:
    "SELECT key FROM sessions INDEXED BY sessions_stale WHERE stale = 1 LIMIT 1",
  ofWorkspace: `SELECT key FROM sessions INDEXED BY sessions_stale
       WHERE stale = 1 AND workspace = ? AND (? IS NULL OR agent = ?2)`,
  event: "SELECT source, head, payload, session FROM events WHERE key = ?",
  times: `SELECT key, ${TIME_SQL} AS ts FROM events
       WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key`,
  link: "UPDATE events SET session = ? WHERE key = ?",
};

/** The key of an event, and its time in epoch milliseconds. */
export interface EventTime {
  readonly key: number;
  readonly ms: Int;
}

/** Reads and writes for rebuilding sessions. */
export class StaleSessions {
  readonly #parts: StaleParts;
  readonly #lists: RowLists;
  readonly #sql: Statements<keyof typeof STALE_SQL>;

  constructor(db: DatabaseSync, parts: StaleParts) {
    this.#parts = parts;
    this.#lists = new RowLists(db);
    this.#sql = prepareAll(db, STALE_SQL);
  }

  /** Number of stale sessions. */
  get count(): number {
    return this.#parts.ledger.staleSessions;
  }

  /** Returns the key of a stale session; null if there is none. */
  next(): number | null {
    const row = this.#sql.next.get();
    return row === undefined ? null : readInt(row.key);
  }

  /** Returns the keys of the stale sessions in a workspace, all or those of one agent. */
  ofWorkspace(workspaceKey: number, agent: string | null): number[] {
    return this.#sql.ofWorkspace.all(workspaceKey, agent)
      .map((row) => readInt(row.key));
  }

  /** Deletes the calls of a session, which are written again by the rebuild. */
  *clearCalls(session: number): Steps<void> {
    const { sweeper } = this.#parts;
    while (
      sweeper.unsynced(() => sweeper.dropCalls(session, CLEAR_CALLS)) > 0
    ) yield;
  }

  /** Reads the keys of a session's events in their order. */
  events({ key, events }: StoredSession): Generator<number> {
    return this.#lists.read(key, events);
  }

  /** Reads the times of events that are not deleted. */
  times(keys: readonly number[]): EventTime[] {
    return this.#sql.times.all(JSON.stringify(keys)).map((row) => ({
      key: readInt(row.key),
      ms: readTime(row.ts),
    }));
  }

  /**
   * Reads one event of a session; null if it is deleted. Adds the session's key, which version 1
   * did not store.
   */
  readEvent(session: number, key: number): StoredEvent | null {
    const row = this.#sql.event.get(key);
    if (row === undefined) return null;
    if (row.session === null) this.#sql.link.run(session, key);
    return unpackEvent(row);
  }

  /**
   * Runs a step in a transaction that a power failure may undo: the session is then still stale.
   */
  transact<T>(work: () => T): T {
    return this.#parts.sweeper.unsynced(work);
  }
}
