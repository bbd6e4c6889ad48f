// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events of many sessions as a table that grows.
 * @module
 */
import type { AnswerOf } from "../proto/mod.ts";
import { eventName, isFailure, summarizeEvent } from "./event_summary.ts";
import type { Paint } from "./paint.ts";
import { formatTime } from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

type StreamRow = Pick<AnswerOf<"event">, "workspace" | "agent" | "event">;

/** Options of the table of a stream. */
export interface StreamTableOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is cut. */
  width: number | null;
  /** False: the titles are left out, as for lines that follow others. */
  titles: boolean;
}

/** Lays events out, a line each; columns are as wide as always. */
export function renderStream(
  events: readonly StreamRow[],
  { paint, width, titles }: StreamTableOptions,
): string[] {
  const lines = renderTable(events, columns(paint), {
    width,
    titleBrush: paint.bold,
    isSteady: true,
  });
  return titles ? lines : lines.slice(1);
}

function columns(paint: Paint): Column<StreamRow>[] {
  return [
    {
      title: "TIME",
      text: ({ event }) => formatTime(event.ts_ms),
      priority: 1,
      steady: 20,
    },
    {
      title: "WORKSPACE",
      text: ({ workspace }) => workspace.slice(workspace.lastIndexOf("/") + 1),
      priority: 5,
      min: 8,
      steady: 12,
    },
    {
      title: "AGENT",
      text: ({ agent }) => agent,
      priority: 4,
      min: 6,
      steady: 8,
    },
    {
      title: "SESSION",
      text: ({ event }) => event.session_id,
      priority: 0,
      min: 9,
      steady: 13,
    },
    {
      title: "EVENT",
      text: ({ event }) => eventName(event),
      priority: 0,
      min: 16,
      steady: 18,
      brush: ({ event }) => {
        if (isFailure(event)) return paint.red;
        if (event.kind === "ToolCall") return paint.cyan;
        return event.kind === "ToolResult" ? paint.green : (text) => text;
      },
    },
    {
      title: "TOOL",
      text: ({ event }) => event.tool ?? "",
      priority: 2,
      min: 6,
      steady: 12,
    },
    {
      title: "ABOUT",
      text: ({ event }) => summarizeEvent(event),
      priority: 3,
      min: 24,
      max: 200,
    },
  ];
}
