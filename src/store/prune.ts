// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Deletes old sessions while events keep coming: sessions vanish first, a few at a time; then their rows, then the empty pages.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Int } from "../proto/mod.ts";
import type { Ledger } from "./ledger.ts";
import { readList, RowLists } from "./row_lists.ts";
import { readBig, readInt, toSigned, toText } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Sweeper } from "./sweep.ts";

/** Sessions looked at, and sessions deleted, in one step. */
const LOOK_SESSIONS = 500;
const DELETE_SESSIONS = 25;

/** Which sessions to delete; those for which all that is given holds. */
export interface PruneQuery {
  /** Those whose newest event is before this, compared as signed integers. */
  beforeMs?: Int | null;
  /** The one with this id, in each workspace. */
  session?: string | null;
  /** Those of this workspace. */
  workspace?: string | null;
  /** Only counts them. */
  dryRun?: boolean;
  /** Is told the key of each session once it is deleted. */
  onRemoved?: (sessionKey: number) => void;
}

/** What a prune deleted. */
export interface PruneResult {
  sessions: number;
  events: number;
}

/** A session to delete. */
interface Victim {
  key: number;
  workspace: number;
  id: Uint8Array;
  events: number;
}

/** The steps of a prune. Each step is a transaction of its own. */
export class Pruner {
  readonly #ledger: Ledger;
  readonly #transact: (work: () => void) => void;
  readonly #sweeper: Sweeper;
  readonly #lists: RowLists;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(
    db: DatabaseSync,
    ledger: Ledger,
    sweeper: Sweeper,
    transact: (work: () => void) => void,
  ) {
    this.#ledger = ledger;
    this.#sweeper = sweeper;
    this.#transact = transact;
    this.#lists = new RowLists(db);
    this.#sql = prepare(db);
  }

  /**
   * Deletes the sessions that `options` name, then their rows, then gives the space back.
   *
   * @param result Grows while the steps are taken, so that an early end still knows what was done.
   */
  *prune(
    options: PruneQuery,
    result: PruneResult = { sessions: 0, events: 0 },
  ): Steps<PruneResult> {
    const slices = options.session === null || options.session === undefined
      ? this.#lookAtAll(options)
      : this.#lookUp(options.session, options);
    for (const victims of slices) {
      if (options.dryRun) count(result, victims);
      else yield* this.#remove(victims, result, options.onRemoved);
      yield;
    }
    if (options.dryRun) return result;
    yield* this.#sweeper.sweep();
    yield* this.#sweeper.shrink();
    return result;
  }

  /** Sessions by key, a slice at a time, without those that stay. */
  *#lookAtAll(options: PruneQuery): Generator<Victim[]> {
    const { beforeMs, workspace } = options;
    const only = typeof workspace === "string"
      ? this.#ledger.workspace(workspace)?.key ?? -1
      : null;
    const before = toSigned(beforeMs ?? 0);
    for (let from = 0;;) {
      const rows = this.#sql.look.all(from, LOOK_SESSIONS);
      const last = rows.at(-1);
      if (last === undefined) return;
      from = readInt(last.key);
      yield rows
        .filter((row) => readBig(row.last_ms) < before)
        .map(toVictim)
        .filter((victim) => only === null || victim.workspace === only);
    }
  }

  /** The sessions of one id: at most one in each workspace. */
  *#lookUp(id: string, options: PruneQuery): Generator<Victim[]> {
    const { beforeMs, workspace } = options;
    let looked = 0;
    let found: Victim[] = [];
    for (const { key, path } of [...this.#ledger.workspaces()]) {
      if (typeof workspace === "string" && path !== workspace) continue;
      const row = this.#sql.lookUp.get(key, id);
      if (
        row !== undefined &&
        (beforeMs === null || beforeMs === undefined ||
          readBig(row.last_ms) < toSigned(beforeMs))
      ) {
        found.push(toVictim(row));
      }
      if (++looked % LOOK_SESSIONS !== 0) continue;
      yield found;
      found = [];
    }
    yield found;
  }

  /** Takes sessions out of sight: no list, detail or count has them from here on. */
  *#remove(
    victims: Victim[],
    result: PruneResult,
    onRemoved?: (sessionKey: number) => void,
  ): Steps<void> {
    while (victims.length > 0) {
      const some = victims.splice(0, DELETE_SESSIONS);
      // An event that came meanwhile keeps its session.
      const gone: Victim[] = [];
      this.#transact(() => {
        for (const victim of some) {
          if (this.#removeOne(victim)) gone.push(victim);
        }
      });
      for (const { key } of gone) onRemoved?.(key);
      count(result, gone);
      if (victims.length > 0) yield;
    }
  }

  #removeOne({ key, workspace, id, events }: Victim): boolean {
    const row = this.#sql.find.get(key, events - 1);
    if (row === undefined) return false;
    for (const kind of ["events", "spans"] as const) {
      this.#lists.file(key, kind, readList(row, kind));
    }
    this.#sql.remove.run(key);
    this.#sql.addTrash.run(key);
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

function toVictim(row: Record<string, unknown>): Victim {
  const { key, workspace, id, last_seq } = row;
  if (
    typeof key !== "bigint" || typeof workspace !== "bigint" ||
    typeof last_seq !== "bigint" || !(id instanceof Uint8Array)
  ) throw new TypeError("Cannot read row: it is no session");
  return {
    key: Number(key),
    workspace: Number(workspace),
    id,
    events: Number(last_seq) + 1,
  };
}

function count(result: PruneResult, victims: readonly Victim[]): void {
  result.sessions += victims.length;
  for (const { events } of victims) result.events += events;
}

function prepare(db: DatabaseSync) {
  const columns = "key, workspace, id, last_seq, last_ms";
  const look = db.prepare(
    `SELECT ${columns} FROM sessions WHERE key > ? ORDER BY key LIMIT ?`,
  );
  const lookUp = db.prepare(
    `SELECT ${columns} FROM sessions WHERE workspace = ? AND id = CAST(? AS BLOB)`,
  );
  for (const statement of [look, lookUp]) statement.setReadBigInts(true);
  return {
    look,
    lookUp,
    find: db.prepare(
      `SELECT events_filed, events_tail, spans_filed, spans_tail FROM sessions
       WHERE key = ? AND last_seq = ?`,
    ),
    remove: db.prepare("DELETE FROM sessions WHERE key = ?"),
    removeWorkspace: db.prepare("DELETE FROM workspaces WHERE key = ?"),
    addTrash: db.prepare("INSERT INTO trash (session) VALUES (?)"),
  } satisfies Record<string, StatementSync>;
}
