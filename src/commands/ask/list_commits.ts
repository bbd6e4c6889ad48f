// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks for commits, page by page.
 * @module
 */
import { ask } from "../../client/mod.ts";
import {
  type CommitRecord,
  encodeJson,
  type RequestOf,
} from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { clientOptions } from "./ask.ts";
import { askOwn } from "./ask_own.ts";
import { HoldLimit } from "./hold_limit.ts";

const LACK = "does not list commits: restart it with this kaizen";
/** Commits of one page. A page with fewer is the last one. */
const PAGE = 500;
/** Timeout of a page in milliseconds: the calls of many sessions are looked at. */
const COMMITS_TIMEOUT_MS = 60_000;
/** Most bytes of JSON to hold: some 250,000 commits. Decoded, they take almost three times that. */
const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** Commits, and the number of those there are. */
export interface CommitList {
  rows: CommitRecord[];
  total: number;
}

/**
 * Returns commits, the newest first. One that moves to the next page meanwhile is returned once.
 *
 * @param limit Maximum number; 0 means all.
 * @throws {ProtocolError} If they are too large to be held.
 * @throws {UnsupportedError} If the daemon does not know commits.
 */
export async function listCommits(
  wanted: Omit<RequestOf<"list_commits">, "type" | "offset" | "limit">,
  limit: number,
  run: Run,
): Promise<CommitList> {
  const rows = new Map<string, CommitRecord>();
  const held = new HoldLimit(
    "ask for less with --limit or --since",
    MAX_HELD_BYTES,
  );
  const most = limit === 0 ? Infinity : limit;
  for (let offset = 0;;) {
    const request = {
      type: "list_commits" as const,
      ...wanted,
      offset,
      limit: Math.min(PAGE, most - offset),
    };
    const client = clientOptions(run, COMMITS_TIMEOUT_MS);
    const page = await askOwn(() => ask(request, client), LACK, run);
    held.add(encodeJson(page.rows).length);
    for (const row of page.rows) rows.set(row.commit, row);
    offset += page.rows.length;
    const total = Number(page.total);
    const isLast = page.rows.length < request.limit;
    if (isLast || offset >= Math.min(total, most)) {
      return { rows: [...rows.values()], total };
    }
  }
}
