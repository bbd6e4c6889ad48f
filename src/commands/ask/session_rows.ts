// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the sessions of one or more workspaces page by page, and merges them. Each keeps its
 * original bytes.
 * @module
 */
import { answerFault, ProtocolError } from "../../client/mod.ts";
import {
  decodeJson,
  demandSession,
  type Int,
  type SessionRecord,
  toInt,
} from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { HoldLimit } from "./hold_limit.ts";
import { listRequest, openSessions, type Wanted } from "./list_request.ts";
import { splitAnswer } from "./stream_records.ts";

/** Page size when all sessions are read; about one megabyte. */
const PAGE_ROWS = 1_000;
/**
 * Most memory for ids that the next pages may repeat, in bytes, 32 MiB: the ids of some 300,000
 * sessions. Twice as much is held.
 */
const MAX_SEEN_BYTES = 33_554_432;
/** Memory of an id in a set, beside its text, in bytes. */
const SEEN_ID_BYTES = 64;
/**
 * Pages in a row that only repeat the ones before, after which to give up. A thousand sessions that
 * begin while a slow reader takes a page make one.
 */
const MAX_REPEATED = 20;
/** Number of workspaces that are queried at the same time. */
const PARALLEL = 8;

/** A session, and the bytes of its record as the daemon sent them. */
export interface SessionRow {
  record: SessionRecord;
  bytes: Uint8Array;
}

/** A list in the shape of the `sessions` answer. */
export interface SessionList {
  rows: SessionRow[];
  total: Int;
  next_offset: Int | null;
}

/** A run, and what it holds of all lists. */
interface Collecting {
  run: Run;
  held: HoldLimit;
}

/**
 * Reads the sessions of all `workspaces` and merges them: last activity first, then by id.
 *
 * @throws {ProtocolError} If they are too large to be held.
 * @throws What a request throws. A partial list is never returned.
 */
export async function collectSessions(
  workspaces: readonly string[],
  wanted: Wanted,
  run: Run,
): Promise<SessionList> {
  const { limit, offset } = wanted;
  const held = new HoldLimit("ask for less with --limit or --since");
  if (workspaces.length === 1) {
    return await readAll(workspaces[0] ?? "", wanted, { run, held });
  }
  // The first `offset + limit` of the merged list are among the first ones of their workspaces.
  const each = {
    ...wanted,
    offset: 0,
    limit: limit === 0 ? 0 : offset + limit,
  };
  const lists = await mapParallel(
    workspaces,
    (workspace) => readAll(workspace, each, { run, held }),
  );
  const merged = lists.flatMap(({ rows }) => rows).sort(compareRows);
  const rows = merged.slice(offset, limit === 0 ? undefined : offset + limit);
  const total = lists.reduce((sum, list) => sum + BigInt(list.total), 0n);
  const next = BigInt(offset + rows.length);
  return {
    rows,
    total: toInt(total),
    next_offset: rows.length > 0 && next < total ? toInt(next) : null,
  };
}

/**
 * Reads the sessions of one workspace. The reference ignores the filter for the last activity: then
 * all its sessions are read and filtered here.
 */
async function readAll(
  workspace: string,
  wanted: Wanted,
  collecting: Collecting,
): Promise<SessionList> {
  const since = wanted.filter.active_since_ms ?? null;
  const list = await readPages(workspace, wanted, collecting);
  const ignores = since !== null &&
    list.rows.some(({ record }) => record.last_event_at_ms === undefined);
  if (!ignores) return list;
  const { limit, offset } = wanted;
  const all = await readPages(
    workspace,
    { ...wanted, limit: 0, offset: 0 },
    collecting,
  );
  const active = all.rows.filter(({ record }) => lastKnown(record) >= since);
  const end = limit === 0 ? active.length : offset + limit;
  return {
    rows: active.slice(offset, end),
    total: active.length,
    next_offset: end < active.length ? end : null,
  };
}

/** The latest time that a session is known to have been active, in epoch milliseconds. */
function lastKnown(session: SessionRecord): Int {
  return session.last_event_at_ms ?? session.ended_at_ms ??
    session.started_at_ms;
}

async function readPages(
  workspace: string,
  wanted: Wanted,
  { run, held }: Collecting,
): Promise<SessionList> {
  const all: SessionRow[] = [];
  const reading = streamRows({ workspace, wanted, isEager: false }, run);
  while (true) {
    const step = await reading.next();
    if (step.done) return { rows: all, ...step.value };
    for (const row of step.value) {
      held.add(row.bytes.length);
      all.push(row);
    }
  }
}

/** Options of {@linkcode streamRows}. */
export interface StreamRowsOptions {
  workspace: string;
  wanted: Wanted;
  /** True: yield rows as they arrive. */
  isEager: boolean;
}

/**
 * Reads the sessions of a workspace, all pages if the limit is 0, and yields them as they arrive. A
 * session that moves to the next page meanwhile is yielded once.
 *
 * @returns The other members of the answer.
 * @throws {ProtocolError} If the next page does not come after the last one, or if page
 * after page repeats those before.
 * @throws What a request throws.
 */
export async function* streamRows(
  { workspace, wanted, isEager }: StreamRowsOptions,
  run: Run,
): AsyncGenerator<SessionRow[], Omit<SessionList, "rows">> {
  const isAll = wanted.limit === 0;
  const seen = new SeenIds();
  let { offset } = wanted;
  for (let repeated = 0;;) {
    const limit = isAll ? PAGE_ROWS : wanted.limit;
    const request = listRequest(workspace, { ...wanted, offset, limit });
    await using answer = await openSessions({ request, isEager }, run);
    let total: Int = 0;
    let next: Int | null = null;
    let isEmpty = true;
    let isRepeated = true;
    const onNumber = (key: string, value: Int) => {
      if (key === "total") total = value;
      if (key === "next_offset") next = value;
    };
    for await (
      const records of splitAnswer(answer, { spans: "roots", onNumber })
    ) {
      const rows = records.map(({ bytes }) => ({
        bytes,
        record: decodeRow(bytes),
      }));
      isEmpty &&= rows.length === 0;
      const fresh = isAll
        ? rows.filter(({ record }) => seen.isNew(record.id))
        : rows;
      isRepeated &&= fresh.length === 0;
      yield fresh;
    }
    if (!isAll) return { total, next_offset: next };
    if (next === null || isEmpty) return { total, next_offset: null };
    repeated = isRepeated ? repeated + 1 : 0;
    if (repeated === MAX_REPEATED) throw repeatedPage(offset);
    offset = advance(offset, next);
  }
}

/** The ids of the last pages. Older ones are forgotten: no session moves that far. */
class SeenIds {
  #ids = new Set<string>();
  #before: ReadonlySet<string> = new Set();
  #bytes = 0;

  /** Returns whether an id is not known, and remembers it. */
  isNew(id: string): boolean {
    if (this.#ids.has(id) || this.#before.has(id)) return false;
    if (this.#bytes > MAX_SEEN_BYTES) {
      this.#before = this.#ids;
      this.#ids = new Set();
      this.#bytes = 0;
    }
    this.#ids.add(id);
    this.#bytes += SEEN_ID_BYTES + id.length;
    return true;
  }
}

function repeatedPage(offset: number): ProtocolError {
  return new ProtocolError(
    `The daemon broke the protocol: its page at offset ${offset} only repeats the pages before`,
  );
}

/**
 * Returns the offset of the next page.
 *
 * @throws {ProtocolError} If it is not greater than the last one, as paging would never end.
 */
function advance(offset: number, next: Int): number {
  if (typeof next === "number" && next > offset) return next;
  throw new ProtocolError(
    `The daemon broke the protocol: the next offset after ${offset} is ${next}`,
  );
}

function decodeRow(bytes: Uint8Array): SessionRecord {
  try {
    return demandSession(decodeJson(bytes));
  } catch (error) {
    throw answerFault(error);
  }
}

function compareRows(a: SessionRow, b: SessionRow): number {
  const [x, y] = [lastKnown(a.record), lastKnown(b.record)];
  if (x !== y) return x > y ? -1 : 1;
  return a.record.id < b.record.id ? -1 : a.record.id > b.record.id ? 1 : 0;
}

/** Maps in order, with at most PARALLEL items in progress. */
async function mapParallel<T, U>(
  items: readonly T[],
  work: (item: T) => Promise<U>,
): Promise<U[]> {
  const results: U[] = [];
  for (let at = 0; at < items.length; at += PARALLEL) {
    const batch = items.slice(at, at + PARALLEL);
    results.push(...await Promise.all(batch.map(work)));
  }
  return results;
}
