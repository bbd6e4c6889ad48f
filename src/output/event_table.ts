// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events as a table.
 * @module
 */
import { encodeJson, type EventRecord, type Int } from "../proto/mod.ts";
import { escapeBlock } from "./escape.ts";
import { eventName, summarizeEvent } from "./event_summary.ts";
import { isFailure } from "./event_totals.ts";
import type { Brush, Paint } from "./paint.ts";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatOffset,
} from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

/** What the table depends on besides the events. */
export interface EventTableOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is cut. */
  width: number | null;
  /** The moment that offsets count from, in epoch milliseconds. */
  startMs: Int;
  /** True: each event's payload follows it, whole. */
  full: boolean;
  /** False: the titles are left out, as for lines that follow others. */
  titles: boolean;
  /** True: columns are as wide as always, so that lines printed later stand below those printed before. */
  isSteady?: boolean;
}

/** Lays events out, a line each. */
export function renderEvents(
  events: readonly EventRecord[],
  options: EventTableOptions,
): string[] {
  const lines = renderTable(events, columns(options), {
    width: options.width,
    titleBrush: options.paint.bold,
    isSteady: options.isSteady ?? false,
  });
  const [titles = "", ...rows] = lines;
  return [
    ...options.titles ? [titles] : [],
    ...rows.flatMap((row, i) => {
      const event = events[i];
      return !options.full || event === undefined
        ? [row]
        : [row, ...renderPayload(event, options.paint)];
    }),
  ];
}

/** A payload's JSON, indented; texts keep their escapes, so no line of it can pass for one of ours. */
function renderPayload({ payload }: EventRecord, paint: Paint): string[] {
  const text = indentJson(encodeJson(payload));
  return escapeBlock(text).split("\n").map((line) => paint.dim(`    ${line}`));
}

/** Spreads compact JSON over lines, without touching a number. */
function indentJson(json: string): string {
  let indent = "";
  let out = "";
  for (
    const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g)
  ) {
    if (token === "{" || token === "[") {
      indent += "  ";
      out += `${token}\n${indent}`;
    } else if (token === "}" || token === "]") {
      indent = indent.slice(2);
      out += `\n${indent}${token}`;
    } else if (token === ",") out += `,\n${indent}`;
    else out += token === ":" ? ": " : token;
  }
  return out.replace(/([{[])\s+([}\]])/g, "$1$2");
}

function columns(
  { paint, startMs }: EventTableOptions,
): Column<EventRecord>[] {
  return [
    {
      title: "SEQ",
      text: ({ seq }) => String(seq),
      priority: 6,
      steady: 4,
      align: "right",
    },
    {
      title: "TIME",
      text: ({ ts_ms }) =>
        formatOffset(Number(BigInt(ts_ms) - BigInt(startMs))),
      priority: 0,
      steady: 9,
      align: "right",
    },
    {
      title: "EVENT",
      text: eventName,
      priority: 0,
      min: 16,
      max: 24,
      steady: 18,
      brush: (event) => eventBrush(event, paint),
    },
    {
      title: "TOOL",
      text: ({ tool }) => tool ?? "",
      priority: 1,
      min: 6,
      max: 28,
      steady: 12,
    },
    {
      title: "TOKENS",
      text: ({ tokens_in, tokens_out }) =>
        tokens_in === null && tokens_out === null
          ? ""
          : formatCount((tokens_in ?? 0) + (tokens_out ?? 0)),
      priority: 3,
      steady: 6,
      align: "right",
    },
    {
      title: "COST",
      text: ({ cost_usd_e6 }) =>
        cost_usd_e6 === null ? "" : formatCost(cost_usd_e6),
      priority: 4,
      steady: 7,
      align: "right",
    },
    {
      title: "LATENCY",
      text: ({ latency_ms }) =>
        latency_ms === null ? "" : formatDuration(latency_ms),
      priority: 5,
      steady: 7,
      align: "right",
    },
    { title: "ABOUT", text: summarizeEvent, priority: 2, min: 24, max: 200 },
  ];
}

function eventBrush(event: EventRecord, paint: Paint): Brush {
  if (
    event.kind === "Error" || isFailure(event) ||
    /fail|error/i.test(eventName(event))
  ) {
    return paint.red;
  }
  if (event.kind === "ToolCall") return paint.cyan;
  return event.kind === "ToolResult" ? paint.green : (text) => text;
}
