// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Pages of a workspace's sessions, newest first, by the rules of the reference's `list_sessions`.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { encodeJson, type Int, type SessionFilter } from "../proto/mod.ts";
import type { AnswerPlan } from "./answer.ts";
import {
  chooseByPrefix,
  type PrefixQuery,
  type PrefixStatements,
  preparePrefix,
} from "./prefix_page.ts";
import { readBig, readBlob, readInt, type Row, toSigned } from "./rows.ts";
import type { Steps } from "./steps.ts";

/** Rows looked at in one step when each must be read, and when the index alone says enough. */
const LOOK_ROWS = 1000;
const LEAP_ROWS = 16_000;
/** Rows passed over in one step from one end of the workspace; cheaper than leaps, which must look where they are. */
const JUMP_ROWS = 64_000;

/** Records that one statement reads: one by one each would cost three times as much. */
const SLICE_ROWS = 128;
/** Records that are longer together are read one by one nevertheless, so that few of them are in memory. */
const SLICE_BYTES = 128 * 1024;
/** Longest record of a page that is read at once. */
const SHORT_BYTES = 4096;

/** Which sessions. */
export interface PageQuery {
  /**
   * What `Store.workspace` returned when the reading began; none gives an empty page. Of several the first is read, unless the
   * filter has an `id_prefix`, which is looked for in all.
   */
  workspaces: readonly { key: number; sessions: number }[];
  offset: Int;
  limit: Int;
  filter: SessionFilter;
}

/** A place between two rows of the index: behind the row with these values. Ids are UTF-8, so none is empty or begins with 0xff. */
interface Edge {
  newest: bigint;
  id: Uint8Array;
}

const FIRST: Edge = { newest: -(2n ** 63n), id: new Uint8Array() };
const LAST: Edge = { newest: 2n ** 63n - 1n, id: Uint8Array.of(0xff) };

/** The rows chosen for a page. */
interface Choice {
  /** Each reads the records of some rows that follow one another, with commas between them. */
  slices: (() => Iterable<Uint8Array>)[];
  rows: number;
  /** Length of their records. */
  bytes: number;
  total: number;
}

const UTF8 = new TextEncoder();
const COMMA = UTF8.encode(",");

/** Finds the rows of a page, their number and their length; reads the records themselves when they are sent, or at once if they are short. */
export function* planPage(
  sql: PageStatements,
  query: PageQuery,
): Steps<AnswerPlan> {
  const { workspaces: [workspace], filter } = query;
  const prefix = filter.id_prefix ?? null;
  const matches = new Matches(sql, workspace?.key ?? 0, filter);
  const choice: Choice = {
    slices: [],
    rows: 0,
    bytes: 0,
    // Without a filter it is known; else it is counted.
    total: matches.all ? workspace?.sessions ?? 0 : 0,
  };
  if (prefix !== null && prefix !== "") {
    yield* takePrefixed(sql.prefix, query, matches.byPrefix(prefix), choice);
  } else if (workspace !== undefined && !matches.takeShort(query, choice)) {
    yield* choose(matches, workspace, query, choice);
  }
  const { slices, rows, bytes, total } = choice;
  const next = BigInt(query.offset) + BigInt(rows);
  const head = UTF8.encode('{"type":"sessions","rows":[');
  // Repeated, so that the client knows that it was looked at.
  const applied = prefix === null ? "" : `,"id_prefix":${encodeJson(prefix)}`;
  const tail = UTF8.encode(
    `],"total":${total},"next_offset":${
      next < BigInt(total) ? next : null
    }${applied}}`,
  );
  const commas = Math.max(0, rows - 1);
  return {
    length: head.length + bytes + commas + tail.length,
    *parts() {
      yield head;
      for (const [i, records] of slices.entries()) {
        if (i > 0) yield COMMA;
        yield* records();
      }
      yield tail;
    },
  };
}

/** Which rows, but for where and how many. */
type PrefixFilter = Pick<PrefixQuery, "prefix" | "status" | "agent" | "oldest">;

/** Adds the rows whose id starts with a prefix. */
function* takePrefixed(
  sql: PrefixStatements,
  { workspaces, offset, limit }: PageQuery,
  which: PrefixFilter,
  choice: Choice,
): Steps<void> {
  const { rows, total } = yield* chooseByPrefix(sql, {
    ...which,
    workspaces: workspaces.map(({ key }) => key),
    end: Number(offset) + Number(limit),
  });
  choice.total = total;
  for (const { key, bytes } of rows.slice(Number(offset))) {
    choice.slices.push(() => [readBlob(sql.record.get(key)?.record)]);
    choice.rows++;
    choice.bytes += bytes;
  }
}

function* choose(
  matches: Matches,
  workspace: { sessions: number },
  { offset, limit }: Pick<PageQuery, "offset" | "limit">,
  choice: Choice,
): Steps<void> {
  const wanted = Number(limit);
  let skip = Number(offset);
  let from = FIRST;
  const jump = matches.all && wanted > 0 && skip < workspace.sessions
    ? matches.jump(skip, workspace.sessions)
    : null;
  if (jump !== null) [from, skip] = [jump, 0];
  while (true) {
    const full = choice.rows >= wanted;
    // Without a filter the total is known, and so is when the offset lies behind the end.
    if (matches.all && (full || skip >= workspace.sessions)) break;
    const rows = matches.plain && (full || skip >= LEAP_ROWS)
      ? LEAP_ROWS
      : LOOK_ROWS;
    const to = matches.edge(from, rows);
    const found = matches.plain && to !== null ? rows : matches.count(from, to);
    if (!matches.all) choice.total += found;
    if (!full && skip < found) {
      matches.take(from, to, skip, wanted - choice.rows, choice);
    }
    skip = Math.max(0, skip - found);
    if (to === null) break;
    from = to;
    yield;
  }
}

/** The rows that a filter lets through, between edges. */
class Matches {
  /** True if no filter is given at all. */
  readonly all: boolean;
  /** True if the index alone tells what matches. */
  readonly plain: boolean;
  readonly #sql: PageStatements;
  readonly #workspace: number;
  readonly #end: Edge;
  readonly #status: string | null;
  readonly #agent: string | null;

  constructor(sql: PageStatements, workspace: number, filter: SessionFilter) {
    this.#sql = sql;
    this.#workspace = workspace;
    this.#status = filter.status ?? null;
    this.#agent = agentPattern(filter.agent_prefix);
    const since = filter.since_ms ?? null;
    this.#end = since === null
      ? LAST
      : { newest: -1n - toSigned(since), id: LAST.id };
    this.plain = this.#status === null && this.#agent === null;
    this.all = this.plain && since === null;
  }

  /** The same filter for rows whose id starts with `prefix`. */
  byPrefix(prefix: string): PrefixFilter {
    const oldest = this.#end.newest;
    return { prefix, status: this.#status, agent: this.#agent, oldest };
  }

  /** The edge `rows` rows further on, or null if there are fewer. */
  edge(from: Edge, rows: number): Edge | null {
    const row = this.#sql.edge.get(
      this.#workspace,
      from.newest,
      from.id,
      this.#end.newest,
      rows - 1,
    );
    return toEdge(row);
  }

  /** The edge behind the first `rows` of all `total` rows, or null if it is far from both ends. */
  jump(rows: number, total: number): Edge | null {
    if (rows === 0) return FIRST;
    if (rows <= JUMP_ROWS && rows <= total / 2) {
      return toEdge(this.#sql.nth.get(this.#workspace, rows - 1));
    }
    if (total - rows > JUMP_ROWS) return null;
    return toEdge(this.#sql.nthLast.get(this.#workspace, total - rows));
  }

  count(from: Edge, to: Edge | null): number {
    return readInt(this.#sql.count.get(...this.#range(from, to))?.n);
  }

  /** Adds up to `limit` rows behind the first `skip` ones to `choice`. */
  take(
    from: Edge,
    to: Edge | null,
    skip: number,
    limit: number,
    choice: Choice,
  ): void {
    const range = this.#range(from, to);
    for (let left = Math.min(limit, LOOK_ROWS); left > 0;) {
      const most = Math.min(left, SLICE_ROWS);
      const row = this.#sql.take.get(...range, most, skip);
      const rows = readInt(row?.n);
      if (rows === 0) return;
      const bytes = readInt(row?.bytes);
      const which = [...range, rows, skip] as const;
      choice.slices.push(() => this.#records(which, bytes));
      choice.rows += rows;
      choice.bytes += bytes;
      if (rows < most) return;
      left -= rows;
      skip += rows;
    }
  }

  /**
   * Adds all rows of a page and reads them at once, if it is one as most are: near the beginning, with few rows, none of them long, and
   * without a filter.
   *
   * @returns Whether it is; if not, `choice` is as it was.
   */
  takeShort(
    { offset, limit }: Pick<PageQuery, "offset" | "limit">,
    choice: Choice,
  ): boolean {
    if (!this.all || offset > LOOK_ROWS || limit > SLICE_ROWS) return false;
    const range = [this.#workspace, Number(limit), Number(offset)] as const;
    const row = this.#sql.short.get(...range);
    const rows = readInt(row?.n);
    if (rows > readInt(row?.short)) return false;
    if (rows === 0) return true;
    const records = readBlob(row?.records);
    choice.slices.push(() => [records]);
    choice.rows += rows;
    choice.bytes += records.length - (rows - 1);
    return true;
  }

  /** Reads the records of a slice. @param bytes Their length. */
  *#records(
    which: readonly SQLInputValue[],
    bytes: number,
  ): Generator<Uint8Array> {
    if (bytes <= SLICE_BYTES) {
      return yield readBlob(this.#sql.together.get(...which)?.records);
    }
    let some = false;
    for (const { record } of this.#sql.records.iterate(...which)) {
      if (some) yield COMMA;
      some = true;
      yield readBlob(record);
    }
  }

  #range(from: Edge, to: Edge | null) {
    const end = to ?? this.#end;
    return [
      this.#workspace,
      from.newest,
      from.id,
      end.newest,
      end.id,
      this.#status,
      this.#agent,
    ] as const;
  }
}

function toEdge(row: Row | undefined): Edge | null {
  return row === undefined
    ? null
    : { newest: readBig(row.newest), id: readBlob(row.id) };
}

/** The LIKE pattern of the reference: lower case by all of Unicode, then its own signs taken literally. */
function agentPattern(prefix: string | null | undefined): string | null {
  if (prefix === null || prefix === undefined || prefix === "") return null;
  return `${prefix.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
}

/** Statements of a page, prepared once a connection. */
export interface PageStatements {
  readonly edge: StatementSync;
  readonly nth: StatementSync;
  readonly nthLast: StatementSync;
  readonly count: StatementSync;
  readonly take: StatementSync;
  readonly records: StatementSync;
  readonly together: StatementSync;
  readonly short: StatementSync;
  readonly prefix: PrefixStatements;
}

/** Prepares what {@linkcode planPage} runs. */
export function preparePage(db: DatabaseSync): PageStatements {
  const matching = `FROM sessions
    WHERE workspace = ?1 AND (newest, id) > (?2, ?3) AND (newest, id) <= (?4, ?5)
      AND (?6 IS NULL OR status = ?6) AND (?7 IS NULL OR lower(agent) LIKE ?7 ESCAPE '\\')`;
  const slice = `${matching} ORDER BY newest, id LIMIT ?8 OFFSET ?9`;
  const edge = db.prepare(
    `SELECT newest, id FROM sessions WHERE workspace = ?1 AND (newest, id) > (?2, ?3) AND newest <= ?4
     ORDER BY newest, id LIMIT 1 OFFSET ?5`,
  );
  const nth = db.prepare(
    `SELECT newest, id FROM sessions WHERE workspace = ? ORDER BY newest, id LIMIT 1 OFFSET ?`,
  );
  const nthLast = db.prepare(
    `SELECT newest, id FROM sessions WHERE workspace = ? ORDER BY newest DESC, id DESC LIMIT 1 OFFSET ?`,
  );
  for (const it of [edge, nth, nthLast]) it.setReadBigInts(true);
  return {
    prefix: preparePrefix(db),
    edge,
    nth,
    nthLast,
    count: db.prepare(`SELECT count(*) AS n ${matching}`),
    take: db.prepare(
      `SELECT count(*) AS n, sum(bytes) AS bytes FROM (SELECT length(record) AS bytes ${slice})`,
    ),
    records: db.prepare(`SELECT record ${slice}`),
    together: db.prepare(
      `SELECT CAST(group_concat(record, ',') AS BLOB) AS records FROM (SELECT record ${slice})`,
    ),
    short: db.prepare(
      `SELECT count(*) AS n, count(record) AS short, CAST(group_concat(record, ',') AS BLOB) AS records
       FROM (SELECT iif(length(record) <= ${SHORT_BYTES}, record, NULL) AS record FROM sessions
             WHERE workspace = ? ORDER BY newest, id LIMIT ? OFFSET ?)`,
    ),
  };
}
