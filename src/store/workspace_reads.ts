// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is asked of all workspaces at once, and the count of what they hold.
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

/** A workspace as it is at a moment. */
export interface WorkspaceRef {
  /** By which a `Reader` finds its sessions. */
  readonly key: number;
  readonly path: string;
  readonly sessions: number;
}

/** Start times of a workspace's newest and oldest session, as signed integers. */
interface Starts {
  newest: bigint;
  oldest: bigint;
}

/** Reads through the index that pages are read from: a few rows for each workspace. */
export class WorkspaceReads {
  readonly #ledger: Ledger;
  readonly #starts: StatementSync;

  constructor(db: DatabaseSync, ledger: Ledger) {
    this.#ledger = ledger;
    this.#starts = db.prepare(
      `SELECT (SELECT min(newest) FROM sessions WHERE workspace = ?1) AS newest,
              (SELECT max(newest) FROM sessions WHERE workspace = ?1) AS oldest`,
    );
    this.#starts.setReadBigInts(true);
  }

  /** All workspaces that have sessions, that of the newest session first. */
  newestFirst(): WorkspaceRef[] {
    return this.#used().sort((a, b) =>
      a.newest === b.newest ? b.key - a.key : a.newest < b.newest ? 1 : -1
    );
  }

  /** How many workspaces have sessions, and when the oldest and the newest of these began. */
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

  #used(): (WorkspaceRef & Starts)[] {
    const used = [];
    for (const { key, path, sessions } of this.#ledger.workspaces()) {
      if (sessions === 0) continue;
      const row = this.#starts.get(key);
      used.push({
        key,
        path,
        sessions,
        newest: -1n - readBig(row?.newest),
        oldest: -1n - readBig(row?.oldest),
      });
    }
    return used;
  }
}

/** Counts what is stored; the one thing that looks at every session. */
export function loadLedger(db: DatabaseSync): Ledger {
  let events = 0;
  const workspaces = db.prepare(
    `SELECT key, path, n, events FROM workspaces LEFT JOIN (
       SELECT workspace, count(*) AS n, sum(last_seq + 1) AS events FROM sessions GROUP BY workspace
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
  return new Ledger(workspaces, events, {
    // The rows of a deleted session outlive it.
    session: Math.max(greatest("sessions"), greatest("trash", "session")),
    event: greatest("events"),
    span: greatest("spans"),
  });
}
