// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Pages of a workspace's sessions, newest activity first.
 *
 * The index sorts sessions by the minute of their last activity, so that it changes once a minute
 * and not with each event. The rows of one minute are read together and sorted by their exact time.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  encodeJson,
  type Int,
  joinBytes,
  type SessionFilter,
} from "../proto/mod.ts";
import type { AnswerPlan } from "./answer.ts";
import { recordSql } from "./record_sql.ts";
import {
  exactColumn,
  readBlob,
  readCells,
  readExact,
  readInt,
  type Row,
  toSigned,
} from "./rows.ts";
import {
  conditionsSql,
  conditionValues,
  FIRST_FREE_PARAMETER,
  hasFilter,
} from "./session_conditions.ts";
import type { Steps } from "./steps.ts";

/** Rows that one step looks at: if it reads each row, and if it reads only the index. */
const LOOK_ROWS = 1000;
const LEAP_ROWS = 16_000;
/** Workspaces in which one step looks for a prefix. */
const STEP_WORKSPACES = 500;

/** Records that one statement reads. Reading them one by one takes three times as long. */
const SLICE_ROWS = 128;
/** Records that are longer together are read one by one, so that few of them are in memory. */
const SLICE_BYTES = 128 * 1024;
/** Maximum number of rows that are sorted at once. */
const MOST_SORTED = 2000;
/** Longest record of a page that is read with one statement. */
const SHORT_BYTES = 4096;

/** Selects the sessions of a page. */
export interface PageQuery {
  /**
   * The workspaces, as `Store.workspace` returned them when the reading began; none gives an empty
   * page. Only the first is read, unless the filter has an `id_prefix`, which is searched in all.
   */
  workspaces: readonly { key: number; sessions: number }[];
  offset: Int;
  limit: Int;
  filter: SessionFilter;
  /** The time of the request in epoch milliseconds. It decides which sessions are silent. */
  nowMs: number;
}

/** A planned page. If it has stale sessions, rebuild them and plan again. */
export interface PagePlan extends AnswerPlan {
  readonly stale: readonly number[];
}

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
interface PageCandidate {
  key: number;
  minute: number;
  lastMs: Int;
  id: Uint8Array;
  isStale: boolean;
}

const UTF8 = new TextEncoder();
const COMMA = UTF8.encode(",");

/**
 * Finds the rows of a page, their number and their length. Short records are read at once, others
 * when they are sent.
 */
export function* planPage(
  sql: PageStatements,
  query: PageQuery,
): Steps<PagePlan> {
  const page = new Page(query);
  const { workspaces } = query;
  const [workspace] = workspaces;
  if (workspace !== undefined && !page.takeShort(sql, workspace.key)) {
    const rows = new Rows(sql, workspace.key, query);
    yield* rows.isPrefix
      ? rows.readPrefix(page, workspaces.map(({ key }) => key))
      : rows.readAll(page);
    yield* page.measure(sql);
  }
  return page.plan(sql);
}

/** The rows chosen for a page, and the total number of rows. */
class Page {
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
  add(rows: readonly PageCandidate[]): void {
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
   * Reads the whole page with one statement if it is a usual one: near the beginning, with few and
   * short rows, without a filter.
   *
   * @returns Whether the page was read; if not, it is unchanged.
   */
  takeShort(sql: PageStatements, workspace: number): boolean {
    const { offset, limit, nowMs } = this.#query;
    if (this.isCounted || offset > LOOK_ROWS || limit > SLICE_ROWS) {
      return false;
    }
    const range = [workspace, Number(offset) + Number(limit)] as const;
    if (readInt(sql.reach.get(...range, MOST_SORTED)?.n) >= MOST_SORTED) {
      return false;
    }
    const row = sql.short.get(workspace, nowMs, Number(limit), Number(offset));
    const rows = readInt(row?.n);
    if (rows > readInt(row?.short)) return false;
    if (rows === 0) return true;
    this.#short = readBlob(row?.records);
    this.#rows = rows;
    this.#bytes = this.#short.length - (rows - 1);
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

/**
 * Finds the rows that match a filter. A stale row always matches, because its values are not known
 * yet.
 */
class Rows {
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
  *readAll(page: Page): Steps<void> {
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
  *readPrefix(page: Page, workspaces: readonly number[]): Steps<void> {
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
  *#leap(page: Page): Steps<Edge> {
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

/** Returns the column `minute` for a time; see the schema. */
export function minuteOf(ms: Int): number {
  return Number(-(toSigned(ms) / 60_000n));
}

/**
 * Adds all minutes of `rows` but the last to the page. Returns the rows of the last minute, of
 * which more may follow.
 */
function takeMinutes(page: Page, rows: PageCandidate[]): PageCandidate[] {
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

/** Statements of a page. */
export interface PageStatements {
  readonly edge: StatementSync;
  readonly countMinute: StatementSync;
  readonly count: StatementSync;
  readonly read: StatementSync;
  readonly prefixed: StatementSync;
  readonly measure: StatementSync;
  readonly record: StatementSync;
  readonly together: StatementSync;
  readonly reach: StatementSync;
  readonly short: StatementSync;
}

/** Prepares the statements of {@linkcode planPage}. */
export function preparePage(db: DatabaseSync): PageStatements {
  const passes = conditionsSql();
  const range = (offset: number) => `?${FIRST_FREE_PARAMETER + offset}`;
  const matching = `FROM sessions
    WHERE workspace = ${range(0)} AND (minute, key) > (${range(1)}, ${range(2)})
      AND (minute, key) <= (${range(3)}, ${range(4)}) AND ${passes}`;
  const columns = `minute, ${exactColumn("last_ms")}, id, stale`;
  const read = db.prepare(
    `SELECT key, ${columns} ${matching} ORDER BY minute, key`,
  );
  const prefixed = db.prepare(
    `SELECT iif(${passes}, key, 0) AS key, ${columns} FROM sessions
     WHERE workspace = ${range(0)} AND id >= ${range(1)} AND id < ${range(2)}
     ORDER BY id LIMIT ${range(3)}`,
  );
  for (const it of [read, prefixed]) it.setReturnArrays(true);
  return {
    edge: db.prepare(
      `SELECT minute, key FROM sessions WHERE workspace = ?1 AND (minute, key) > (?2, ?3) AND minute <= ?4
       ORDER BY minute, key LIMIT 1 OFFSET ?5`,
    ),
    countMinute: db.prepare(
      "SELECT count(*) AS n FROM sessions WHERE workspace = ? AND minute = ? AND key <= ?",
    ),
    count: db.prepare(`SELECT count(*) AS n ${matching}`),
    read,
    prefixed,
    measure: db.prepare(
      `SELECT sum(length(CAST(${
        recordSql("?1")
      } AS BLOB))) AS bytes FROM sessions
       WHERE key IN (SELECT value FROM json_each(?2))`,
    ),
    record: db.prepare(
      `SELECT CAST(${
        recordSql("?1")
      } AS BLOB) AS record FROM sessions WHERE key = ?2`,
    ),
    // The list comes first in the join, so that the texts have its order.
    together: db.prepare(
      `SELECT CAST(group_concat(text, ',') AS BLOB) AS records
       FROM (SELECT ${
        recordSql("?1")
      } AS text FROM json_each(?2) AS listed CROSS JOIN sessions ON sessions.key = listed.value
             ORDER BY listed.key LIMIT -1)`,
    ),
    // Number of rows in the minutes of the first rows. All of these must be sorted.
    reach: db.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM sessions WHERE workspace = ?1
         AND minute <= coalesce((SELECT minute FROM sessions WHERE workspace = ?1 ORDER BY minute LIMIT 1 OFFSET ?2), ${LAST.minute})
       LIMIT ?3)`,
    ),
    short: db.prepare(
      `SELECT count(*) AS n, count(text) AS short, CAST(group_concat(text, ',') AS BLOB) AS records
       FROM (SELECT iif(stale = 0 AND length(record) <= ${SHORT_BYTES}, ${
        recordSql("?2")
      }, NULL) AS text
             FROM sessions WHERE workspace = ?1 ORDER BY minute, last_ms DESC, id LIMIT ?3 OFFSET ?4)`,
    ),
  };
}
