// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events as a table.
 * @module
 */
import {
  encodeJson,
  type EventRecord,
  type Int,
  type ToolSpanView,
} from "../proto/mod.ts";
import { escapeBlock } from "./escape.ts";
import { callDuration } from "./call_facts.ts";
import { eventName, isFailure, summarizeEvent } from "./event_summary.ts";
import type { Brush, Paint } from "./paint.ts";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatOffset,
} from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

/** Options of the table of events. */
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
  /** The session's calls, which know more than one event of them. */
  calls?: readonly ToolSpanView[];
  /**
   * True: columns are as wide as always, so that lines printed later stand below those printed
   * before.
   */
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

/**
 * A payload's JSON, indented; texts keep their escapes, so no line of it can pass for one of ours.
 */
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
  { paint, startMs, calls = [] }: EventTableOptions,
): Column<EventRecord>[] {
  const byId = new Map<string, ToolSpanView>();
  for (const call of calls) {
    if (typeof call.tool_call_id === "string") {
      byId.set(call.tool_call_id, call);
    }
  }
  const callOf = ({ tool_call_id }: EventRecord) =>
    byId.get(tool_call_id ?? "");
  /** The call that an event ends. */
  const ended = (event: EventRecord) =>
    event.kind === "ToolResult" ? callOf(event) : undefined;
  return [
    {
      title: "SEQ",
      text: ({ seq }) => String(seq),
      priority: 7,
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
      brush: (event) => eventBrush(event, ended(event), paint),
    },
    {
      title: "TOOL",
      text: ({ tool }) => tool ?? "",
      priority: 2,
      min: 6,
      max: 28,
      steady: 12,
    },
    {
      title: "DURATION",
      text: (event) => {
        const call = ended(event);
        const duration = event.latency_ms ??
          (call === undefined ? null : callDuration(call));
        return duration === null ? "" : formatDuration(duration);
      },
      priority: 1,
      steady: 8,
      align: "right",
    },
    {
      title: "TOKENS",
      text: ({ tokens_in, tokens_out }) =>
        tokens_in === null && tokens_out === null
          ? ""
          : formatCount((tokens_in ?? 0) + (tokens_out ?? 0)),
      // Agents' hooks report neither tokens nor cost.
      priority: 9,
      steady: 6,
      align: "right",
    },
    {
      title: "COST",
      text: ({ cost_usd_e6 }) =>
        cost_usd_e6 === null ? "" : formatCost(cost_usd_e6),
      priority: 8,
      steady: 7,
      align: "right",
    },
    {
      title: "ABOUT",
      text: (event) => describeSubject(event, callOf(event)),
      priority: 3,
      min: 24,
      max: 200,
    },
  ];
}

/** Why the call failed or was denied, for the event of its end; else what the event is about. */
function describeSubject(
  event: EventRecord,
  call: ToolSpanView | undefined,
): string {
  const ends = event.kind === "ToolResult" ||
    eventName(event) === "PermissionDenied";
  const wentWrong = call?.status === "failed" || call?.status === "denied";
  return ends && wentWrong && call.error
    ? call.error
    : isFailure(event)
    ? summarizeEvent(event)
    : call?.summary ?? summarizeEvent(event);
}

function eventBrush(
  event: EventRecord,
  ended: ToolSpanView | undefined,
  paint: Paint,
): Brush {
  if (isFailure(event) || ended?.status === "failed") return paint.red;
  if (event.kind === "ToolCall") return paint.cyan;
  return event.kind === "ToolResult" ? paint.green : (text) => text;
}
