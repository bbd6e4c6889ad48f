// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Commits as a table.
 * @module
 */
import type { CommitRecord } from "../proto/mod.ts";
import type { Paint } from "./paint.ts";
import { formatAgo, formatCost, formatTime, UNKNOWN } from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

/** Characters of a commit's id that people use. */
const SHORT_ID = 8;

/** Columns that say the same of all commits of one session. */
const SESSION_COLUMNS: ReadonlySet<string> = new Set([
  "SESSION",
  "AGENT",
  "TITLE",
  "COST",
]);

/** Options of the table of commits. */
export interface CommitTableOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is cut. */
  width: number | null;
  /** Epoch milliseconds. */
  nowMs: number;
  /** True: all are of one session, which the columns leave out. */
  isOneSession?: boolean;
}

/**
 * Returns the lines of a table. A commit that was amended or rebased is left out, as another one
 * stands for it.
 */
export function renderCommits(
  rows: readonly CommitRecord[],
  { paint, width, nowMs, isOneSession = false }: CommitTableOptions,
): string[] {
  const ids = new Set(rows.map(({ commit }) => commit));
  const current = rows.filter(({ replaced_by }) =>
    replaced_by === null || !ids.has(replaced_by)
  );
  const columns: Column<CommitRecord>[] = [
    {
      title: "WHEN",
      text: ({ ts_ms }) =>
        width === null ? formatTime(ts_ms) : formatAgo(ts_ms, nowMs),
      priority: 0,
    },
    {
      title: "COMMIT",
      text: ({ commit }) => width === null ? commit : commit.slice(0, SHORT_ID),
      priority: 0,
    },
    {
      title: "SUBJECT",
      text: ({ subject }) => subject ?? UNKNOWN,
      priority: 1,
      min: 12,
    },
    {
      title: "BRANCH",
      text: ({ branch }) => branch ?? UNKNOWN,
      priority: 5,
      min: 8,
    },
    {
      title: "SESSION",
      text: ({ session_id }) => session_id ?? UNKNOWN,
      priority: 0,
      min: 8,
    },
    { title: "AGENT", text: ({ agent }) => agent ?? UNKNOWN, priority: 3 },
    {
      title: "LINK",
      text: ({ sureness }) => sureness ?? UNKNOWN,
      priority: 2,
    },
    {
      title: "TITLE",
      text: ({ title }) => title ?? UNKNOWN,
      priority: 4,
      min: 12,
    },
    {
      title: "COST",
      text: ({ cost_usd_e6 }) =>
        cost_usd_e6 === null ? UNKNOWN : formatCost(cost_usd_e6),
      priority: 6,
      align: "right",
    },
  ];
  const shown = columns.filter(({ title }) =>
    !(isOneSession && SESSION_COLUMNS.has(title))
  );
  return renderTable(current, shown, { width, titleBrush: paint.bold });
}
