// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Cursors: texts that name the place of an event in the stream of all events, and stay valid.
 *
 * Events get increasing keys in the order of their commits, so a key is a place. A restored backup
 * goes back in time and gives keys out again. Therefore a cursor also names the epoch: a random id
 * that a store gets when it is created, and again when it replaces another store. A cursor of an
 * epoch that continued in another store stands for the last event that both stores have.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { readInt, readOne, readText } from "./rows.ts";

/** SQL that notes the greatest key of deleted events. */
export const NOTE_DELETED_SQL =
  "UPDATE deleted SET last = ?1 WHERE only = 1 AND last < ?1";

/** SQL of the greatest key that any event has or had; 0 if there never was one. */
export const LAST_KEY_SQL =
  "SELECT max((SELECT coalesce(max(key), 0) FROM events), (SELECT last FROM deleted)) AS key";

/**
 * Sixteen digits of the epoch, then fourteen of the key. Cursors of one epoch sort like their
 * events.
 */
const CURSOR = /^([0-9a-f]{16})([0-9a-f]{14})$/;
const KEY_DIGITS = 14;

/** Why a cursor cannot be used. */
export type CursorFault = "malformed" | "unknown";

/** One history of events. */
interface Epoch {
  readonly id: string;
  /** Smallest key of its events. */
  readonly first: number;
  /** Null if this store has the events of the epoch; else the last key that both stores have. */
  readonly fork: number | null;
}

/** Converts keys of events to cursors and back. */
export class Epochs {
  readonly #all: readonly Epoch[];
  /** The epochs whose events this store has, oldest first. */
  readonly #own: readonly Epoch[];

  constructor(db: DatabaseSync) {
    this.#all = readEpochs(db);
    this.#own = ownOf(this.#all);
  }

  /** Returns the cursor of an event. Key 0 gives the cursor of the beginning. */
  cursorOf(key: number): string {
    const epoch = this.#own.findLast(({ first }) => first <= key) ??
      this.#own[0];
    return (epoch?.id ?? "") + key.toString(16).padStart(KEY_DIGITS, "0");
  }

  /**
   * Finds the place of a cursor.
   *
   * @param lastKey Greatest key that any event has or had.
   * @returns The key after which the stream continues, or the reason why there is none.
   */
  keyOf(cursor: string, lastKey: number): number | CursorFault {
    const [, id, digits = ""] = CURSOR.exec(cursor) ?? [];
    if (id === undefined) return "malformed";
    const key = parseInt(digits, 16);
    const epoch = this.#all.find((it) => it.id === id);
    if (epoch === undefined) return "unknown";
    const end = epoch.fork ?? endOf(this.#own, epoch);
    const place = Math.min(key, end);
    // A greater key was lost with its file: the user has put an older copy in its place.
    return place <= lastKey ? place : "unknown";
  }
}

/**
 * Begins a new epoch in a store that is about to take the place of another.
 *
 * @param db The new store.
 * @param replaced The store that is replaced; null if it cannot be read.
 */
export function beginEpoch(
  db: DatabaseSync,
  replaced: DatabaseSync | null,
): void {
  if (!hasEpochs(db)) return; // version 1: it gets its first epoch when it is opened
  const last = readInt(readOne(db.prepare(LAST_KEY_SQL).get()));
  const add = db.prepare(
    "INSERT INTO epochs (id, first, fork) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const known = ownOf(readEpochs(db));
  const id = crypto.getRandomValues(new Uint8Array(8)).toHex();
  add.run(id, last + 1, null);
  if (replaced === null || !hasEpochs(replaced)) return;
  const others = readEpochs(replaced);
  const went = ownOf(others);
  const forks = new Map<string, number>();
  let common: number | null = null;
  for (const epoch of went) {
    const same = known.find((it) => it.id === epoch.id);
    if (same !== undefined) {
      common = Math.min(endOf(went, epoch), endOf(known, same), last);
    } else if (common !== null) forks.set(epoch.id, common);
  }
  for (const { id, fork } of others) {
    if (fork === null || common === null) continue;
    const side = went.findLast(({ first }) => first <= fork);
    forks.set(id, Math.min(fork, forks.get(side?.id ?? "") ?? common));
  }
  for (const [id, fork] of forks) add.run(id, fork + 1, fork);
}

function ownOf(epochs: readonly Epoch[]): Epoch[] {
  return epochs.filter(({ fork }) => fork === null);
}

/** Greatest key that an event of an epoch can have in its store. */
function endOf(own: readonly Epoch[], { id }: Epoch): number {
  const next = own[own.findIndex((it) => it.id === id) + 1];
  return next === undefined ? Infinity : next.first - 1;
}

function hasEpochs(db: DatabaseSync): boolean {
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'epochs'");
  return found.get() !== undefined;
}

function readEpochs(db: DatabaseSync): Epoch[] {
  return db.prepare("SELECT id, first, fork FROM epochs ORDER BY number")
    .all().map(({ id, first, fork }) => ({
      id: readText(id),
      first: readInt(first),
      fork: fork === null ? null : readInt(fork),
    }));
}
