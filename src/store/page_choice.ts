// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The sessions chosen for a page, and their JSON.
 * @module
 */
import { encodeJson } from "../proto/mod.ts";
import type { PagePlan, PageQuery } from "./page_query.ts";
import type { PageStatements } from "./page_sql.ts";
import { SHORT_ROWS, type ShortPages } from "./short_pages.ts";
import { readBlob, readInt } from "./rows.ts";
import { hasFilter } from "./session_conditions.ts";
import type { Steps } from "./steps.ts";

/** Records that one statement reads. Reading them one by one takes three times as long. */
const SLICE_ROWS = SHORT_ROWS;
/** Records that are longer together are read one by one, so that few of them are in memory. */
const SLICE_BYTES = 128 * 1024;
const UTF8 = new TextEncoder();
const COMMA = UTF8.encode(",");

/** The rows chosen for a page, and the total number of rows. */
export class PageChoice {
  readonly #query: PageQuery;
  /** Whether the total must be counted, because there is a filter. */
  readonly isCounted: boolean;
  total: number;
  skip: number;
  #left: number;
  #short: Uint8Array | null = null;
  #rows = 0;
  #bytes = 0;
  readonly #chosen: number[] = [];
  /** Slices of the chosen rows, with the length of their records. */
  readonly #slices: { keys: number[]; bytes: number }[] = [];
  readonly #stale: number[] = [];

  constructor(query: PageQuery) {
    this.#query = query;
    this.isCounted = hasFilter(query.filter);
    this.total = this.isCounted ? 0 : query.workspaces[0]?.sessions ?? 0;
    this.skip = Number(query.offset);
    this.#left = Number(query.limit);
  }

  /** Whether no more rows have to be looked at. */
  get isDone(): boolean {
    return !this.isCounted && (this.isFull || this.skip >= this.total);
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  /** Adds the next rows, in their order. */
  add(rows: readonly ChosenRow[]): void {
    if (this.isCounted) this.total += rows.length;
    const from = Math.min(this.skip, rows.length);
    this.skip -= from;
    const some = rows.slice(from, from + Math.min(this.#left, rows.length));
    this.#left -= some.length;
    for (const { key, isStale } of some) {
      (isStale ? this.#stale : this.#chosen).push(key);
    }
    this.#rows += some.length;
  }

  /** Measures the records of the chosen rows. */
  *measure(sql: PageStatements): Steps<void> {
    if (this.#stale.length > 0) return;
    for (let at = 0; at < this.#chosen.length; at += SLICE_ROWS) {
      const keys = this.#chosen.slice(at, at + SLICE_ROWS);
      const row = sql.measure.get(this.#query.nowMs, JSON.stringify(keys));
      const bytes = readInt(row?.bytes);
      this.#slices.push({ keys, bytes });
      this.#bytes += bytes;
      yield;
    }
  }

  /**
   * Reads the whole page if it is a usual one.
   *
   * @returns Whether the page was read; if not, it is unchanged.
   */
  takeShort(pages: ShortPages, workspace: number): boolean {
    if (this.isCounted) return false;
    const { offset, limit, nowMs } = this.#query;
    const page = pages.read({
      workspace,
      offset: Number(offset),
      limit: Number(limit),
      nowMs,
    });
    if (page === null) return false;
    this.#short = page.records;
    this.#rows = page.rows;
    this.#bytes = page.records.length - Math.max(0, page.rows - 1);
    return true;
  }

  plan(sql: PageStatements): PagePlan {
    const { offset } = this.#query;
    const next = BigInt(offset) + BigInt(this.#rows);
    const head = UTF8.encode('{"type":"sessions","rows":[');
    const prefix = this.#query.filter.id_prefix ?? null;
    // Repeated, so that the client knows that the daemon applied it.
    const applied = prefix === null ? "" : `,"id_prefix":${encodeJson(prefix)}`;
    const tail = UTF8.encode(
      `],"total":${this.total},"next_offset":${
        next < BigInt(this.total) ? next : null
      }${applied}}`,
    );
    const commas = Math.max(0, this.#rows - 1);
    const records = () => this.#records(sql);
    return {
      stale: this.#stale,
      length: head.length + this.#bytes + commas + tail.length,
      *parts() {
        yield head;
        yield* records();
        yield tail;
      },
    };
  }

  *#records(sql: PageStatements): Generator<Uint8Array> {
    if (this.#short !== null) return yield this.#short;
    const { nowMs } = this.#query;
    for (const [at, { keys, bytes }] of this.#slices.entries()) {
      if (at > 0) yield COMMA;
      if (bytes <= SLICE_BYTES) {
        yield readBlob(sql.together.get(nowMs, JSON.stringify(keys))?.records);
        continue;
      }
      for (const [i, key] of keys.entries()) {
        if (i > 0) yield COMMA;
        yield readBlob(sql.record.get(nowMs, key)?.record);
      }
    }
  }
}

/** A row of a session that matches. */
export interface ChosenRow {
  readonly key: number;
  readonly isStale: boolean;
}
