// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders usage as a table.
 * @module
 */
import {
  type Column,
  formatCount,
  formatTotalCost,
  makePaint,
  renderTable,
} from "../../output/mod.ts";
import type { AnswerOf, UsageRow, UsageSumsRecord } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";

/** Returns the lines of a table; the last is that of the total. */
export function renderUsage(
  { by, rows, total }: AnswerOf<"usage">,
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const width = context.stdout.columns();
  const count = (
    title: string,
    priority: number,
    read: (sums: UsageSumsRecord) => UsageSumsRecord["messages"],
  ): Column<UsageRow> => ({
    title,
    text: (row) => width === null ? String(read(row)) : formatCount(read(row)),
    priority,
    align: "right",
  });
  const columns: Column<UsageRow>[] = [
    {
      title: by.toUpperCase(),
      text: ({ key }) => key,
      priority: 0,
      min: 10,
      max: 64,
    },
    { title: "AGENT", text: ({ agent }) => agent ?? "", priority: 5, min: 6 },
    count("MESSAGES", 6, ({ messages }) => messages),
    count("INPUT", 3, ({ tokens_in }) => tokens_in),
    count("OUTPUT", 2, ({ tokens_out }) => tokens_out),
    count("CACHE READ", 3, ({ cache_read_tokens }) => cache_read_tokens),
    count("CACHE WRITE", 4, (sums) => sums.cache_creation_tokens),
    {
      title: "COST",
      text: formatTotalCost,
      priority: 0,
      align: "right",
    },
  ];
  return renderTable([...rows, { key: "total", ...total }], columns, {
    width,
    titleBrush: paint.bold,
  });
}
