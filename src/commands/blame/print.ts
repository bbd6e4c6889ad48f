// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the lines of a file with the sessions that wrote them.
 * @module
 */
import {
  type Column,
  formatCost,
  makePaint,
  renderTable,
  UNKNOWN,
} from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { CommitRecord } from "../../proto/mod.ts";
import type { BlamedLines } from "./git_blame.ts";

const SHORT_ID = 8;

/** Lines of one commit, and the session that made it. */
export interface BlameRow extends BlamedLines {
  session_id: string | null;
  agent: string | null;
  sureness: CommitRecord["sureness"];
  title: string | null;
  prompt: string | null;
  cost_usd_e6: CommitRecord["cost_usd_e6"];
}

/** Returns the lines of a table. */
export function renderBlame(
  rows: readonly BlameRow[],
  { context, settings }: Run,
): string[] {
  const width = context.stdout.columns();
  const columns: Column<BlameRow>[] = [
    {
      title: "LINES",
      text: ({ first_line, last_line }) =>
        first_line === last_line
          ? `${first_line}`
          : `${first_line}-${last_line}`,
      priority: 0,
      align: "right",
    },
    {
      title: "COMMIT",
      text: ({ commit }) => commit?.slice(0, SHORT_ID) ?? "uncommitted",
      priority: 0,
    },
    { title: "AUTHOR", text: ({ author }) => author, priority: 3, min: 8 },
    {
      title: "SESSION",
      text: ({ session_id }) => session_id ?? UNKNOWN,
      priority: 0,
      min: 8,
    },
    { title: "AGENT", text: ({ agent }) => agent ?? UNKNOWN, priority: 2 },
    {
      title: "LINK",
      text: ({ sureness }) => sureness ?? UNKNOWN,
      priority: 4,
    },
    {
      title: "COST",
      text: ({ cost_usd_e6 }) =>
        cost_usd_e6 === null ? UNKNOWN : formatCost(cost_usd_e6),
      priority: 5,
      align: "right",
    },
    {
      title: "PROMPT OR SUBJECT",
      text: ({ prompt, title, subject }) => prompt ?? title ?? subject,
      priority: 1,
      min: 16,
    },
  ];
  const { bold } = makePaint(settings.color);
  return renderTable(rows, columns, { width, titleBrush: bold });
}
