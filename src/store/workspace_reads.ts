// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads all workspaces, and counts their sessions and events.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { Ledger } from "./ledger.ts";
import {
  readBig,
  readBlob,
  readInt,
  readOne,
  toText,
  toUnsigned,
} from "./rows.ts";

/** A snapshot of a workspace. */
export interface WorkspaceRef {
  /** A `Reader` finds its sessions by this key. */
  readonly key: number;
  readonly path: string;
  readonly sessions: number;
}

/** Last activity of a workspace's most and least recently active session, as signed integers. */
interface Span {
  newest: bigint;
  oldest: bigint;
}

/** Reads a few rows of the index of pages for each workspace. */
export class WorkspaceReads {
  readonly #ledger: Ledger;
  readonly #span: StatementSync;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    const edge = (which: "min" | "max") =>
      `(SELECT ${which === "min" ? "max" : "min"}(last_ms) FROM sessions
        WHERE workspace = ?1 AND minute = (SELECT ${which}(minute) FROM sessions WHERE workspace = ?1))`;
    this.#span = db.prepare(
      `SELECT ${edge("min")} AS newest, ${edge("max")} AS oldest`,
    );
    this.#span.setReadBigInts(true);
  }

  /** Returns all workspaces with sessions, newest activity first. */
  newestFirst(): WorkspaceRef[] {
    return this.#used().sort((a, b) =>
      a.newest === b.newest ? b.key - a.key : a.newest < b.newest ? 1 : -1
    );
  }

  /**
   * Returns the number of workspaces with sessions, and the last activity of the least and of the
   * most recently active session.
   */
  span(): { workspaces: number; oldest_ms: Int | null; newest_ms: Int | null } {
    const used = this.#used();
    let [first] = used;
    let [last] = used;
    for (const it of used) {
      if (first !== undefined && it.oldest < first.oldest) first = it;
      if (last !== undefined && it.newest > last.newest) last = it;
    }
    return {
      workspaces: used.length,
      oldest_ms: first === undefined ? null : toUnsigned(first.oldest),
      newest_ms: last === undefined ? null : toUnsigned(last.newest),
    };
  }

  #used(): (WorkspaceRef & Span)[] {
    const used = [];
    for (const { key, path, sessions } of this.#ledger.workspaces()) {
      if (sessions === 0) continue;
      const row = this.#span.get(key);
      used.push({
        key,
        path,
        sessions,
        newest: readBig(row?.newest),
        oldest: readBig(row?.oldest),
      });
    }
    return used;
  }
}

/** Counts the stored sessions and events. No other code looks at every session. */
export function loadLedger(db: DatabaseSync): Ledger {
  let events = 0;
  const workspaces = db.prepare(
    `SELECT key, path, n, events FROM workspaces LEFT JOIN (
       SELECT workspace, count(*) AS n, sum(events) AS events FROM sessions GROUP BY workspace
     ) ON workspace = key`,
  ).all().map((row) => {
    events += readInt(row.events ?? 0);
    return {
      key: readInt(row.key),
      path: toText(readBlob(row.path)),
      sessions: readInt(row.n ?? 0),
    };
  });
  const greatest = (table: string, key = "key") =>
    readInt(
      readOne(
        db.prepare(`SELECT coalesce(max(${key}), 0) FROM ${table}`).get(),
      ),
    );
  const stale = readInt(
    readOne(
      db.prepare("SELECT count(*) FROM sessions WHERE stale = 1").get(),
    ),
  );
  return new Ledger(workspaces, { events, stale }, {
    // The rows of a deleted session may still be there.
    session: Math.max(greatest("sessions"), greatest("trash", "session")),
    event: Math.max(greatest("events"), greatest("deleted", "last")),
  });
}
