// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Usual pages: near the beginning, with few and short rows, without a filter. One statement reads
 * such a page, and the last one is kept for those who ask again and again.
 * @module
 */
import type { PageStatements } from "./page_sql.ts";
import { readBlob, readInt } from "./rows.ts";

/** Maximum number of rows of such a page. */
export const SHORT_ROWS = 128;
/** Maximum offset of such a page. */
const MOST_SKIPPED = 1000;
/** Maximum number of rows that are sorted at once. */
const MOST_SORTED = 2000;
/** A page whose records are longer together is not kept. */
const KEPT_BYTES = 128 * 1024;

/** The workspace, offset and limit of a page, and the time of its reading. */
export interface ShortQuery {
  readonly workspace: number;
  readonly offset: number;
  readonly limit: number;
  readonly nowMs: number;
}

/** The rows of a page. */
export interface ShortPage {
  readonly rows: number;
  /** The JSON of their records, with commas between them. */
  readonly records: Uint8Array;
}

/** A page, and when it is the same: in one version of the store, from one time to another. */
interface KeptPage extends ShortPage {
  readonly query: ShortQuery;
  readonly version: number;
  /** The time at which the first of its sessions is quiet, in epoch milliseconds. */
  readonly untilMs: number;
}

/** Reads pages through one connection. */
export class ShortPages {
  /** SQLite's version of the snapshot: each commit of another connection changes it. */
  version = 0;
  readonly #sql: PageStatements;
  #kept: KeptPage | null = null;

  constructor(sql: PageStatements) {
    this.#sql = sql;
  }

  /** Reads a page; null if it is not a usual one. */
  read(query: ShortQuery): ShortPage | null {
    const { workspace, offset, limit, nowMs } = query;
    if (offset > MOST_SKIPPED || limit > SHORT_ROWS) return null;
    const kept = this.#kept;
    if (kept !== null && this.#isStill(kept, query)) return kept;
    const sql = this.#sql;
    const reach = sql.reach.get(workspace, offset + limit, MOST_SORTED);
    if (readInt(reach?.n) >= MOST_SORTED) return null;
    const row = sql.short.get(nowMs, workspace, limit, offset);
    const rows = readInt(row?.n);
    if (rows > readInt(row?.short)) return null;
    const records = rows === 0 ? new Uint8Array() : readBlob(row?.records);
    const untilMs = readInt(row?.until);
    const page = { rows, records, query, version: this.version, untilMs };
    this.#kept = records.length > KEPT_BYTES ? null : page;
    return page;
  }

  #isStill({ query, version, untilMs }: KeptPage, asked: ShortQuery): boolean {
    return version === this.version && query.workspace === asked.workspace &&
      query.offset === asked.offset && query.limit === asked.limit &&
      query.nowMs <= asked.nowMs && asked.nowMs <= untilMs;
  }
}
