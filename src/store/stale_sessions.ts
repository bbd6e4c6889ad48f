// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions whose events have to be read once more: all of a store of version 1, and those that lost events.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type StoredEvent, unpackEvent } from "./head.ts";
import type { Ledger } from "./ledger.ts";
import { RowLists } from "./row_lists.ts";
import { readInt } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { StoredSession } from "./stored_session.ts";
import type { Sweeper } from "./sweep.ts";

/** Calls that one step removes. */
const CLEAR_CALLS = 100;

/** What a {@linkcode StaleSessions} works with. */
export interface StaleParts {
  ledger: Pick<Ledger, "staleSessions">;
  sweeper: Pick<Sweeper, "unsynced" | "dropCalls">;
}

/** What is needed to make sessions anew. */
export class StaleSessions {
  readonly #parts: StaleParts;
  readonly #lists: RowLists;
  readonly #next: StatementSync;
  readonly #ofWorkspace: StatementSync;
  readonly #event: StatementSync;
  readonly #link: StatementSync;

  constructor(db: DatabaseSync, parts: StaleParts) {
    this.#parts = parts;
    this.#lists = new RowLists(db);
    this.#next = db.prepare(
      "SELECT key FROM sessions INDEXED BY sessions_stale WHERE stale = 1 LIMIT 1",
    );
    this.#ofWorkspace = db.prepare(
      `SELECT key FROM sessions INDEXED BY sessions_stale
       WHERE stale = 1 AND workspace = ? AND (? IS NULL OR agent = ?2)`,
    );
    this.#event = db.prepare(
      "SELECT source, head, payload, session FROM events WHERE key = ?",
    );
    this.#link = db.prepare("UPDATE events SET session = ? WHERE key = ?");
  }

  /** How many there are. */
  get count(): number {
    return this.#parts.ledger.staleSessions;
  }

  /** One of them; null if there is none. */
  next(): number | null {
    const row = this.#next.get();
    return row === undefined ? null : readInt(row.key);
  }

  /** All of a workspace, or those of one agent there. */
  ofWorkspace(workspaceKey: number, agent: string | null): number[] {
    return this.#ofWorkspace.all(workspaceKey, agent)
      .map((row) => readInt(row.key));
  }

  /** Removes the calls of a session, which are to be written anew. */
  *clearCalls(session: number): Steps<void> {
    const { sweeper } = this.#parts;
    while (
      sweeper.unsynced(() => sweeper.dropCalls(session, CLEAR_CALLS)) > 0
    ) yield;
  }

  /** Keys of a session's events, in their order. */
  events({ key, events }: StoredSession): Generator<number> {
    return this.#lists.read(key, events);
  }

  /** Reads one event of a session, and notes whose it is where version 1 did not; null if it is deleted. */
  readEvent(session: number, key: number): StoredEvent | null {
    const row = this.#event.get(key);
    if (row === undefined) return null;
    if (row.session === null) this.#link.run(session, key);
    return unpackEvent(row);
  }

  /** Runs a step in a transaction that a power failure may take back, as the session is then still stale. */
  transact<T>(work: () => T): T {
    return this.#parts.sweeper.unsynced(work);
  }
}
