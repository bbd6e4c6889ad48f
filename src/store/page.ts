// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Pages of a workspace's sessions, newest activity first.
 * @module
 */
import { PageChoice } from "./page_choice.ts";
import type { PagePlan, PageQuery } from "./page_query.ts";
import { PageRows } from "./page_rows.ts";
import type { PageStatements } from "./page_sql.ts";
import type { ShortPages } from "./short_pages.ts";
import type { Steps } from "./steps.ts";

/**
 * Finds the rows of a page, their number and their length. Short records are read at once, others
 * when they are sent.
 */
export function* planPage(
  sql: PageStatements,
  short: ShortPages,
  query: PageQuery,
): Steps<PagePlan> {
  const page = new PageChoice(query);
  const { workspaces } = query;
  const [workspace] = workspaces;
  if (workspace !== undefined && !page.takeShort(short, workspace.key)) {
    const rows = new PageRows(sql, workspace.key, query);
    yield* rows.isPrefix
      ? rows.readPrefix(page, workspaces.map(({ key }) => key))
      : rows.readAll(page);
    yield* page.measure(sql);
  }
  return page.plan(sql);
}
