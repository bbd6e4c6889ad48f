// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions as a table.
 * @module
 */
import type { Int, SessionRecord, SessionStatus } from "../proto/mod.ts";
import type { Brush, Paint } from "./paint.ts";
import {
  formatAgo,
  formatCost,
  formatCount,
  formatDuration,
  formatTime,
} from "./quantities.ts";
import { type Column, renderTable } from "./table.ts";

/** What the table depends on besides the sessions. */
export interface SessionTableOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null if it is none: then nothing is cut, and times are absolute. */
  width: number | null;
  nowMs: number;
  /** True if the sessions come from several workspaces, so that each needs its name. */
  several: boolean;
}

/** Lays sessions out under titles; cost, tokens and calls only where the daemon sends their sums. */
export function renderSessions(
  sessions: readonly SessionRecord[],
  options: SessionTableOptions,
): string[] {
  return renderTable(sessions, columns(options), {
    width: options.width,
    titleBrush: options.paint.bold,
  });
}

/** The color of a session's status. */
export function statusBrush(status: SessionStatus, paint: Paint): Brush {
  switch (status) {
    case "Running":
      return paint.green;
    case "Waiting":
      return paint.yellow;
    case "Idle":
      return paint.cyan;
    case "Done":
      return paint.dim;
  }
}

/** How long a session took, or has taken so far; null if nothing tells. */
export function sessionDuration(
  session: SessionRecord,
  nowMs: number,
): Int | null {
  const start = BigInt(session.started_at_ms);
  if (start === 0n) return null;
  const end = session.ended_at_ms ?? session.totals?.last_event_ms ??
    (session.status === "Running" ? nowMs : null);
  if (end === null) return null;
  const duration = BigInt(end) - start;
  return duration < 0n ? 0 : duration;
}

function columns(options: SessionTableOptions): Column<SessionRecord>[] {
  const { paint, nowMs, width } = options;
  const sum = (
    title: string,
    priority: number,
    show: (totals: NonNullable<SessionRecord["totals"]>) => string,
  ): Column<SessionRecord> => ({
    title,
    text: ({ totals }) => totals === undefined ? "" : show(totals),
    priority,
    align: "right",
  });
  return [
    { title: "ID", text: ({ id }) => id, priority: 0, min: 12, max: 64 },
    {
      title: "AGENT",
      text: ({ agent }) => agent,
      priority: 2,
      min: 6,
      max: 16,
    },
    {
      title: "MODEL",
      text: ({ model }) => model ?? "",
      priority: 7,
      min: 10,
      max: 28,
    },
    {
      title: "STATUS",
      text: ({ status }) => status,
      priority: 1,
      brush: ({ status }) => statusBrush(status, paint),
    },
    {
      title: "STARTED",
      text: ({ started_at_ms }) =>
        Number(started_at_ms) === 0
          ? "unknown"
          : width === null
          ? formatTime(started_at_ms)
          : formatAgo(started_at_ms, nowMs),
      priority: 1,
    },
    {
      title: "DURATION",
      text: (session) => {
        const duration = sessionDuration(session, nowMs);
        return Number(duration ?? 0) === 0 ? "" : formatDuration(duration ?? 0);
      },
      priority: 3,
      align: "right",
    },
    sum(
      "COST",
      3,
      ({ cost_usd_e6 }) =>
        Number(cost_usd_e6) === 0 ? "" : formatCost(cost_usd_e6 ?? 0),
    ),
    sum("TOKENS", 4, ({ tokens_in, tokens_out }) => {
      const tokens = BigInt(tokens_in ?? 0) + BigInt(tokens_out ?? 0);
      return tokens === 0n ? "" : formatCount(tokens);
    }),
    sum("CALLS", 5, ({ tool_calls }) => formatCount(tool_calls)),
    sum(
      "ERRORS",
      6,
      ({ errors }) => Number(errors) === 0 ? "" : formatCount(errors ?? 0),
    ),
    {
      title: "BRANCH",
      text: ({ branch }) => branch ?? "",
      priority: 8,
      min: 8,
      max: 32,
    },
    {
      title: "WORKSPACE",
      text: ({ workspace }) => options.several ? workspace : "",
      priority: 4,
      min: 12,
      max: 48,
    },
  ];
}
