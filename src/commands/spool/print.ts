// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the events of the spool as text.
 * @module
 */
import {
  type Column,
  formatAgo,
  formatBytes,
  makePaint,
  renderTable,
} from "../../output/mod.ts";
import type { SpoolEntry } from "../../spool/mod.ts";
import type { Run } from "../shell/cli.ts";

/** Renders the events as a table. */
export function renderSpoolEntries(
  entries: readonly SpoolEntry[],
  { context, settings }: Run,
): string[] {
  if (entries.length === 0) return ["(the spool is empty)"];
  const paint = makePaint(settings.color);
  const columns: Column<SpoolEntry>[] = [
    { title: "NAME", text: ({ name }) => name, priority: 0, min: 16, max: 60 },
    {
      title: "STATE",
      text: ({ state }) => state,
      priority: 1,
      brush: ({ state }) => state === "pending" ? paint.green : paint.yellow,
    },
    {
      title: "KEPT",
      text: ({ ms }) => ms === null ? "" : formatAgo(ms, context.now()),
      priority: 3,
    },
    {
      title: "SIZE",
      text: ({ bytes }) => formatBytes(bytes),
      priority: 4,
      align: "right",
    },
    {
      title: "REASON",
      text: ({ reason }) => reason ?? "",
      priority: 2,
      min: 16,
    },
  ];
  return renderTable(entries, columns, {
    width: context.stdout.columns(),
    titleBrush: paint.bold,
  });
}
