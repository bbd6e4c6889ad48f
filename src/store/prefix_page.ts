// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Pages of the sessions whose id starts with a prefix. The index of ids finds them, however many others a workspace has.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readBig, readBlob, readInt } from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Ids looked at in one step. */
const LOOK_IDS = 1000;

const UTF8 = new TextEncoder();

/** Statements of a page by prefix, prepared once a connection. */
export interface PrefixStatements {
  readonly ids: StatementSync;
  readonly record: StatementSync;
}

/** Prepares what {@linkcode chooseByPrefix} runs. */
export function preparePrefix(db: DatabaseSync): PrefixStatements {
  const ids = db.prepare(
    `SELECT key, id, newest, length(record) AS bytes,
       newest <= ?4 AND (?5 IS NULL OR status = ?5) AND (?6 IS NULL OR lower(agent) LIKE ?6 ESCAPE '\\') AS fits
     FROM sessions WHERE workspace = ?1 AND id >= ?2 AND id < ?3 ORDER BY id LIMIT ${LOOK_IDS}`,
  );
  ids.setReadBigInts(true);
  return {
    ids,
    record: db.prepare("SELECT record FROM sessions WHERE key = ?"),
  };
}

/** Which rows. */
export interface PrefixQuery {
  /** Keys of the workspaces to look in. */
  workspaces: readonly number[];
  /** Not empty. */
  prefix: string;
  status: string | null;
  /** LIKE pattern of the agent; null for all. */
  agent: string | null;
  /** The greatest value of the column `newest`. */
  oldest: bigint;
  /** The row after the page, counted from the newest. */
  end: number;
}

/** A session that matches, without its record. */
export interface PrefixRow {
  readonly key: number;
  readonly newest: bigint;
  /** Length of its record. */
  readonly bytes: number;
}

/**
 * Finds the `end` newest rows, and how many match in all. No more rows are kept than that, so a prefix that many ids have costs
 * time and no memory.
 */
export function* chooseByPrefix(
  sql: PrefixStatements,
  { workspaces, prefix, status, agent, oldest, end }: PrefixQuery,
): Steps<{ rows: PrefixRow[]; total: number }> {
  const first = UTF8.encode(prefix);
  const last = first.with(-1, (first.at(-1) ?? 0) + 1); // no byte of UTF-8 is 0xff
  let rows: PrefixRow[] = [];
  let total = 0;
  for (const workspace of workspaces) {
    for (let from = first;;) {
      const found = sql.ids.all(workspace, from, last, oldest, status, agent);
      for (const { key, newest, bytes, fits } of found) {
        if (readInt(fits) === 0) continue;
        total++;
        rows.push({
          key: readInt(key),
          newest: readBig(newest),
          bytes: readInt(bytes),
        });
      }
      yield;
      if (found.length < LOOK_IDS) break;
      from = Uint8Array.of(...readBlob(found.at(-1)?.id), 0);
      if (rows.length > end + LOOK_IDS) rows = newestOf(rows, end);
    }
  }
  return { rows: newestOf(rows, end), total };
}

/** Rows of the same start stay as they are: in the order of their ids. */
function newestOf(rows: readonly PrefixRow[], count: number): PrefixRow[] {
  return rows.toSorted((a, b) =>
    a.newest < b.newest ? -1 : a.newest > b.newest ? 1 : 0
  ).slice(0, count);
}
