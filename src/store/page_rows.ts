// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the rows of a page in their order.
 *
 * The index sorts sessions by the minute of their last activity, so that it changes once a minute
 * and not with each event. The rows of one minute are read together and sorted by their exact time.
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import { type Int, joinBytes } from "../proto/mod.ts";
import type { ChosenRow, PageChoice } from "./page_choice.ts";
import type { PageQuery } from "./page_query.ts";
import type { PageStatements } from "./page_sql.ts";
import {
  minuteOf,
  readBlob,
  readCells,
  readExact,
  readInt,
  type Row,
} from "./rows.ts";
import { conditionValues } from "./session_conditions.ts";
import type { Steps } from "./steps.ts";

/** Rows that one step looks at: if it reads each row, and if it reads only the index. */
const LOOK_ROWS = 1000;
const LEAP_ROWS = 16_000;
/** Workspaces in which one step looks for a prefix. */
const STEP_WORKSPACES = 500;
const UTF8 = new TextEncoder();

/** A place in the index: right after the row with these values. */
interface Edge {
  minute: number;
  key: number;
}

const FIRST: Edge = { minute: -Number.MAX_SAFE_INTEGER, key: 0 };
const LAST: Edge = {
  minute: Number.MAX_SAFE_INTEGER,
  key: Number.MAX_SAFE_INTEGER,
};

/** The columns that decide the place of a row on the page. */
interface PageCandidate extends ChosenRow {
  minute: number;
  lastMs: Int;
  id: Uint8Array;
}

/**
 * Finds the rows that match a filter. A stale row always matches, because its values are not known
 * yet.
 */
export class PageRows {
  /** Whether the filter has a prefix of ids. */
  readonly isPrefix: boolean;
  readonly #sql: PageStatements;
  readonly #workspace: number;
  readonly #prefix: Uint8Array;
  readonly #end: Edge;
  readonly #filters: readonly SQLInputValue[];

  constructor(sql: PageStatements, workspace: number, query: PageQuery) {
    const { filter, nowMs } = query;
    this.#sql = sql;
    this.#workspace = workspace;
    this.#prefix = UTF8.encode(filter.id_prefix ?? "");
    this.isPrefix = this.#prefix.length > 0;
    const active = filter.active_since_ms ?? null;
    this.#end = active === null
      ? LAST
      : { minute: minuteOf(active), key: LAST.key };
    this.#filters = conditionValues(filter, nowMs);
  }

  /** Reads the rows in the order of the index. */
  *readAll(page: PageChoice): Steps<void> {
    let from = page.isCounted ? FIRST : yield* this.#leap(page);
    let minute: PageCandidate[] = [];
    while (!page.isDone) {
      const row = this.#sql.edge.get(
        this.#workspace,
        from.minute,
        from.key,
        this.#end.minute,
        LOOK_ROWS - 1,
      );
      const to = row === undefined ? this.#end : toEdge(row);
      if (page.isFull) page.total += this.#count(from, to);
      else minute = takeMinutes(page, [...minute, ...this.#read(from, to)]);
      if (row === undefined) break;
      from = to;
      yield;
    }
    page.add(sortRows(minute));
  }

  /** Reads the rows whose ids have the prefix; they are few. */
  *readPrefix(page: PageChoice, workspaces: readonly number[]): Steps<void> {
    const found: PageCandidate[] = [];
    for (const [i, workspace] of workspaces.entries()) {
      yield* this.#readPrefixOf(workspace, found);
      if (i % STEP_WORKSPACES === STEP_WORKSPACES - 1) yield;
    }
    page.add(sortRows(found));
  }

  *#readPrefixOf(workspace: number, found: PageCandidate[]): Steps<void> {
    // Ids are UTF-8, so none has the byte 0xff.
    const end = joinBytes([this.#prefix, Uint8Array.of(0xff)]);
    for (let from = this.#prefix;;) {
      const range = [workspace, from, end, LOOK_ROWS] as const;
      const rows = this.#sql.prefixed.all(...this.#filters, ...range)
        .map(toCandidate);
      const last = rows.at(-1);
      if (last === undefined) break;
      // The key of a row that does not match is 0.
      found.push(...rows.filter(({ key }) => key > 0));
      from = joinBytes([last.id, Uint8Array.of(0)]);
      if (rows.length < LOOK_ROWS) break;
      yield;
    }
  }

  /** Skips whole minutes before the offset. Returns the place at which reading begins. */
  *#leap(page: PageChoice): Steps<Edge> {
    let from = FIRST;
    while (page.skip >= LOOK_ROWS && !page.isDone) {
      const rows = Math.min(page.skip, LEAP_ROWS);
      const row = this.#sql.edge.get(
        this.#workspace,
        from.minute,
        from.key,
        LAST.minute,
        rows - 1,
      );
      if (row === undefined) break;
      const { minute, key } = toEdge(row);
      const inMinute = (to: number) =>
        readInt(this.#sql.countMinute.get(this.#workspace, minute, to)?.n);
      let passed = rows - inMinute(key);
      let to = { minute: minute - 1, key: LAST.key };
      if (passed === 0) {
        passed = inMinute(LAST.key);
        to = { minute, key: LAST.key };
        if (passed > page.skip) break;
      }
      page.skip -= passed;
      from = to;
      yield;
    }
    return from;
  }

  #read(from: Edge, to: Edge): PageCandidate[] {
    return this.#sql.read.all(...this.#filters, ...this.#range(from, to))
      .map(toCandidate);
  }

  #count(from: Edge, to: Edge): number {
    return readInt(
      this.#sql.count.get(...this.#filters, ...this.#range(from, to))?.n,
    );
  }

  #range(from: Edge, to: Edge) {
    return [this.#workspace, from.minute, from.key, to.minute, to.key] as const;
  }
}

/**
 * Adds all minutes of `rows` but the last to the page. Returns the rows of the last minute, of
 * which more may follow.
 */
function takeMinutes(page: PageChoice, rows: PageCandidate[]): PageCandidate[] {
  const last = rows.at(-1)?.minute;
  const end = rows.findIndex(({ minute }) => minute === last);
  page.add(sortRows(rows.slice(0, Math.max(0, end))));
  return rows.slice(Math.max(0, end));
}

function sortRows(rows: PageCandidate[]): PageCandidate[] {
  return rows.sort((a, b) =>
    a.lastMs === b.lastMs
      ? compareBlobs(a.id, b.id)
      : a.lastMs > b.lastMs
      ? -1
      : 1
  );
}

function compareBlobs(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}

function toEdge(row: Row): Edge {
  return { minute: readInt(row.minute), key: readInt(row.key) };
}

function toCandidate(row: Row): PageCandidate {
  const [key, minute, lastMs, id, stale] = readCells(row);
  return {
    key: readInt(key),
    minute: readInt(minute),
    lastMs: readExact(lastMs),
    id: readBlob(id),
    isStale: stale === 1,
  };
}
