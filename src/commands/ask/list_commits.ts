// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks for commits, page by page.
 * @module
 */
import { ask } from "../../client/mod.ts";
import type { CommitRecord, RequestOf } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { clientOptions } from "./ask.ts";
import { askOwn } from "./ask_own.ts";

const LACK = "does not list commits: restart it with this kaizen";
/** Commits of one page. */
const PAGE = 500;
/** Timeout of a page in milliseconds: the calls of many sessions are looked at. */
const COMMITS_TIMEOUT_MS = 60_000;

/** Commits, and the number of those there are. */
export interface CommitList {
  rows: CommitRecord[];
  total: number;
}

/**
 * Returns commits, the newest first.
 *
 * @param limit Maximum number; 0 means all.
 * @throws {UnsupportedError} If the daemon does not know commits.
 */
export async function listCommits(
  wanted: Omit<RequestOf<"list_commits">, "type" | "offset" | "limit">,
  limit: number,
  run: Run,
): Promise<CommitList> {
  const rows: CommitRecord[] = [];
  const most = limit === 0 ? Infinity : limit;
  while (true) {
    const request = {
      type: "list_commits" as const,
      ...wanted,
      offset: rows.length,
      limit: Math.min(PAGE, most - rows.length),
    };
    const client = clientOptions(run, COMMITS_TIMEOUT_MS);
    const page = await askOwn(() => ask(request, client), LACK, run);
    rows.push(...page.rows);
    const total = Number(page.total);
    if (page.rows.length === 0 || rows.length >= Math.min(total, most)) {
      return { rows, total };
    }
  }
}
