// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions of one or several workspaces, page by page, merged, each with its own bytes.
 * @module
 */
import { ProtocolError } from "../client/mod.ts";
import {
  AnswerError,
  decodeJson,
  demandSession,
  type Int,
  JsonError,
  type SessionRecord,
} from "../proto/mod.ts";
import type { Run } from "./cli.ts";
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

/** All pages if the limit is 0. A session that moves to the next page while pages are read is taken once. */
async function readAll(
  workspace: string,
  wanted: Wanted,
  run: Run,
): Promise<SessionList> {
  if (wanted.limit > 0) return await readPage(workspace, wanted, run);
  const rows = new Map<string, SessionRow>();
  let { offset } = wanted;
  while (true) {
    const page = await readPage(
      workspace,
      { ...wanted, offset, limit: PAGE_ROWS },
      run,
    );
    for (const row of page.rows) rows.set(row.record.id, row);
    if (page.next_offset === null || page.rows.length === 0) {
      return { rows: [...rows.values()], total: page.total, next_offset: null };
    }
    const next = Number(page.next_offset);
    if (next <= offset) {
      throw new ProtocolError(
        `The daemon broke the protocol: behind offset ${offset} it goes on at ${next}`,
      );
    }
    offset = next;
  }
}

async function readPage(
  workspace: string,
  wanted: Wanted,
  run: Run,
): Promise<SessionList> {
  const request = listRequest(workspace, wanted);
  await using answer = await openSessions({ request }, run);
  const rows: SessionRow[] = [];
  let total: Int = 0;
  let next: Int | null = null;
  for await (
    const records of splitAnswer(answer, {
      spans: "roots",
      onNumber: (key, value) => {
        if (key === "total") total = value;
        if (key === "next_offset") next = value;
      },
    })
  ) {
    for (const { bytes } of records) {
      rows.push({ bytes, record: decodeRow(bytes) });
    }
  }
  return { rows, total, next_offset: next };
}

function decodeRow(bytes: Uint8Array): SessionRecord {
  try {
    return demandSession(decodeJson(bytes));
  } catch (error) {
    if (error instanceof AnswerError || error instanceof JsonError) {
      throw new ProtocolError(
        `The daemon broke the protocol: ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

function compareRows(a: SessionRow, b: SessionRow): number {
  const [x, y] = [a.record, b.record];
  if (x.started_at_ms !== y.started_at_ms) {
    return x.started_at_ms > y.started_at_ms ? -1 : 1;
  }
  return x.id < y.id ? -1 : x.id > y.id ? 1 : 0;
}

function toInt(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
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
