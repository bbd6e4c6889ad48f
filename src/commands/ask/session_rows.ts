// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions of one or several workspaces, page by page, merged, each with its own bytes.
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
import { listRequest, openSessions, type Wanted } from "./list_request.ts";
import { splitAnswer } from "./stream_records.ts";

/** Sessions asked for at once where all are wanted; about a megabyte. */
const PAGE_ROWS = 1_000;
/** Workspaces asked at the same time. */
const PARALLEL = 8;

/** A session, and its record as the daemon sent it. */
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

/**
 * Asks for the sessions of all `workspaces` and merges them: newest first, then by id.
 *
 * @throws What asking throws; no part of a list is returned then.
 */
export async function collectSessions(
  workspaces: readonly string[],
  wanted: Wanted,
  run: Run,
): Promise<SessionList> {
  const { limit, offset } = wanted;
  if (workspaces.length === 1) {
    return await readAll(workspaces[0] ?? "", wanted, run);
  }
  // Whatever lies where in the merged list is among the first of its workspace.
  const each = {
    ...wanted,
    offset: 0,
    limit: limit === 0 ? 0 : offset + limit,
  };
  const lists = await mapParallel(
    workspaces,
    (workspace) => readAll(workspace, each, run),
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

async function readAll(
  workspace: string,
  wanted: Wanted,
  run: Run,
): Promise<SessionList> {
  const all: SessionRow[] = [];
  const reading = streamRows({ workspace, wanted, isEager: false }, run);
  while (true) {
    const step = await reading.next();
    if (step.done) return { rows: all, ...step.value };
    for (const row of step.value) all.push(row);
  }
}

/** Which rows are read. */
export interface StreamRowsOptions {
  workspace: string;
  wanted: Wanted;
  /** True: they are wanted as they come. */
  isEager: boolean;
}

/**
 * Reads the sessions of a workspace, as many at a time as have come: all pages if the limit is 0. A session that moves to the next
 * page while pages are read is taken once.
 *
 * @returns What is said beside the rows.
 * @throws What asking throws, and {@linkcode ProtocolError} if the pages lead nowhere.
 */
export async function* streamRows(
  { workspace, wanted, isEager }: StreamRowsOptions,
  run: Run,
): AsyncGenerator<SessionRow[], Omit<SessionList, "rows">> {
  const isAll = wanted.limit === 0;
  const seen = new Set<string>();
  let { offset } = wanted;
  while (true) {
    const limit = isAll ? PAGE_ROWS : wanted.limit;
    const request = listRequest(workspace, { ...wanted, offset, limit });
    await using answer = await openSessions({ request, isEager }, run);
    let total: Int = 0;
    let next: Int | null = null;
    let isEmpty = true;
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
      yield isAll ? rows.filter(({ record }) => isNew(seen, record.id)) : rows;
    }
    if (!isAll) return { total, next_offset: next };
    if (next === null || isEmpty) return { total, next_offset: null };
    offset = advance(offset, next);
  }
}

function isNew(seen: Set<string>, id: string): boolean {
  return !seen.has(id) && Boolean(seen.add(id));
}

/** Whoever sends us where we were would have us ask for ever. @throws {ProtocolError} If it is not further on. */
function advance(offset: number, next: Int): number {
  if (typeof next === "number" && next > offset) return next;
  throw new ProtocolError(
    `The daemon broke the protocol: behind offset ${offset} comes ${next}`,
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
  const [x, y] = [a.record, b.record];
  if (x.started_at_ms !== y.started_at_ms) {
    return x.started_at_ms > y.started_at_ms ? -1 : 1;
  }
  return x.id < y.id ? -1 : x.id > y.id ? 1 : 0;
}

/** Maps in order, with a few at work at a time. */
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
