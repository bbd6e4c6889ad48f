// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Deletes old sessions, and the old events of other sessions, while new events arrive. First the
 * sessions disappear, a few at a time, then their rows are deleted. Their texts are gone from the
 * files once the sessions that lost events are rebuilt and the empty space is released.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import { NOTE_DELETED_SQL } from "./epochs.ts";
import type { EventCuts } from "./event_cuts.ts";
import type { Ledger } from "./ledger.ts";
import { readList, RowLists } from "./row_lists.ts";
import {
  readBig,
  readBlob,
  readInt,
  type Row,
  toSigned,
  toText,
} from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Sweeper } from "./sweep.ts";
import { prepareAll } from "./statements.ts";

/** Sessions that one step looks at, and sessions that it deletes. */
const LOOK_SESSIONS = 500;
const DELETE_SESSIONS = 25;

/** Selects the sessions to delete: those that match all given members. */
export interface PruneQuery {
  /**
   * Sessions whose newest event is before this time, compared as signed integers. Other sessions
   * lose their events before this time. The rest keep their numbers, and the session is rebuilt
   * from them.
   */
  beforeMs?: Int | null;
  /** The session with this id, in each workspace. */
  session?: string | null;
  /** Sessions of this workspace. */
  workspace?: string | null;
  /** Counts and deletes nothing. */
  dryRun?: boolean;
}

/** The result of a prune. */
export interface PruneResult {
  sessions: number;
  /** Events of these sessions and of others. */
  events: number;
}

/** A session to delete. */
interface Victim {
  key: number;
  workspace: number;
  id: Uint8Array;
  lastSeq: number;
  events: number;
}

/** The parts of a {@linkcode Pruner}. */
export interface PrunerParts {
  ledger: Ledger;
  cuts: EventCuts;
  sweeper: Sweeper;
  transact: (work: () => void) => void;
}

/** The steps of a prune. Each step is one transaction. */
export class Pruner {
  readonly #ledger: Ledger;
  readonly #transact: (work: () => void) => void;
  readonly #sweeper: Sweeper;
  readonly #cuts: EventCuts;
  readonly #lists: RowLists;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(
    db: DatabaseSync,
    { ledger, cuts, sweeper, transact }: PrunerParts,
  ) {
    this.#ledger = ledger;
    this.#cuts = cuts;
    this.#sweeper = sweeper;
    this.#transact = transact;
    this.#lists = new RowLists(db);
    this.#sql = prepare(db);
  }

  /**
   * Deletes the sessions that `options` select, then their rows.
   *
   * @param result Is updated by each step, so that it is right even if the steps end early.
   */
  *prune(
    options: PruneQuery,
    result: PruneResult = { sessions: 0, events: 0 },
  ): Steps<PruneResult> {
    const { dryRun = false } = options;
    const slices = options.session === null || options.session === undefined
      ? this.#lookAtAll(options)
      : this.#lookUp(options.session, options);
    for (const { ended, ongoing } of slices) {
      if (dryRun) count(result, ended);
      else yield* this.#remove(ended, result);
      const before = { beforeMs: options.beforeMs ?? 0, dryRun };
      for (const key of ongoing) {
        yield* this.#cuts.cut(key, before, (events) => {
          result.events += events;
        });
      }
      yield;
    }
    if (!dryRun) yield* this.#sweeper.sweep();
    return result;
  }

  /** Finds sessions by key, a slice at a time, without those that stay unchanged. */
  *#lookAtAll(options: PruneQuery): Generator<Slice> {
    const { workspace } = options;
    const only = typeof workspace === "string"
      ? this.#ledger.workspace(workspace)?.key ?? -1
      : null;
    for (let from = 0;;) {
      const rows = this.#sql.look.all(from, LOOK_SESSIONS);
      const last = rows.at(-1);
      if (last === undefined) return;
      from = readInt(last.key);
      const some = rows.filter((row) =>
        only === null || readInt(row.workspace) === only
      );
      yield toSlice(some, options.beforeMs ?? 0);
    }
  }

  /** Finds the sessions with one id: at most one in each workspace. */
  *#lookUp(id: string, options: PruneQuery): Generator<Slice> {
    const { beforeMs, workspace } = options;
    let found: Row[] = [];
    let looked = 0;
    for (const { key, path } of [...this.#ledger.workspaces()]) {
      if (typeof workspace === "string" && path !== workspace) continue;
      const row = this.#sql.lookUp.get(key, id);
      if (row !== undefined) found.push(row);
      if (++looked % LOOK_SESSIONS !== 0) continue;
      yield toSlice(found, beforeMs ?? null);
      found = [];
    }
    yield toSlice(found, beforeMs ?? null);
  }

  /** Hides sessions: from now on no list, detail or count has them. */
  *#remove(
    victims: Victim[],
    result: PruneResult,
  ): Steps<void> {
    while (victims.length > 0) {
      const some = victims.splice(0, DELETE_SESSIONS);
      // A session that got an event meanwhile stays.
      const gone: Victim[] = [];
      this.#transact(() => {
        for (const victim of some) {
          if (this.#removeOne(victim)) gone.push(victim);
        }
      });
      count(result, gone);
      if (victims.length > 0) yield;
    }
  }

  #removeOne({ key, workspace, id, lastSeq, events }: Victim): boolean {
    const row = this.#sql.find.get(key, lastSeq);
    if (row === undefined) return false;
    const listed = this.#lists.file(key, readList(row), lastSeq);
    // From now on the stream does not have these events.
    this.#sql.noteDeleted.run(this.#lists.lastOf({ key, events: listed }));
    this.#sql.remove.run(key);
    this.#sql.addTrash.run(key);
    this.#sql.removeCommits.run(workspace, key);
    this.#sql.removeTranscripts.run(key);
    if (readInt(row.stale) === 1) this.#ledger.countStale(-1);
    this.#ledger.setSession(workspace, toText(id), null);
    this.#ledger.count(workspace, -1, -events);
    const left = this.#ledger.workspaceByKey(workspace);
    if (left?.sessions === 0) {
      this.#sql.removeWorkspace.run(workspace);
      this.#ledger.removeWorkspace(left);
    }
    return true;
  }
}

/** Sessions to delete, and sessions to shorten. */
interface Slice {
  ended: Victim[];
  /** Keys of sessions that may lose events. */
  ongoing: number[];
}

function toSlice(rows: readonly Row[], beforeMs: Int | null): Slice {
  const before = beforeMs === null ? null : toSigned(beforeMs);
  const slice: Slice = { ended: [], ongoing: [] };
  for (const row of rows) {
    if (before === null || readBig(row.last_ms) < before) {
      slice.ended.push(toVictim(row));
    } else if (readBig(row.first_ms) < before) {
      slice.ongoing.push(readInt(row.key));
    }
  }
  return slice;
}

function toVictim(row: Row): Victim {
  return {
    key: readInt(row.key),
    workspace: readInt(row.workspace),
    id: readBlob(row.id),
    lastSeq: readInt(row.last_seq),
    events: readInt(row.events),
  };
}

function count(result: PruneResult, victims: readonly Victim[]): void {
  result.sessions += victims.length;
  for (const { events } of victims) result.events += events;
}

function prepare(db: DatabaseSync) {
  const columns = "key, workspace, id, last_seq, events, first_ms, last_ms";
  const sql = prepareAll(db, {
    look: `SELECT ${columns} FROM sessions WHERE key > ? ORDER BY key LIMIT ?`,
    lookUp:
      `SELECT ${columns} FROM sessions WHERE workspace = ? AND id = CAST(? AS BLOB)`,
    find:
      `SELECT events_filed, events_tail, stale FROM sessions WHERE key = ? AND last_seq = ?`,
    remove: "DELETE FROM sessions WHERE key = ?",
    removeWorkspace: "DELETE FROM workspaces WHERE key = ?",
    removeCommits: "DELETE FROM commits WHERE workspace = ? AND session = ?",
    removeTranscripts: "DELETE FROM transcripts WHERE session = ?",
    noteDeleted: NOTE_DELETED_SQL,
    addTrash: "INSERT INTO trash (session) VALUES (?)",
  });
  for (const it of [sql.look, sql.lookUp]) it.setReadBigInts(true);
  return sql;
}
