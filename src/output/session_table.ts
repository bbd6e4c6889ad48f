// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Sessions as a table.
 * @module
 */
import type { Int, SessionRecord } from "../proto/mod.ts";
import type { Paint } from "./paint.ts";
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatTime,
  formatTotalCost,
  UNKNOWN,
} from "./quantities.ts";
import {
  describeState,
  lastActivity,
  sessionDuration,
  stateBrush,
} from "./session_facts.ts";
import { type Column, renderTable } from "./table.ts";

/** Options of the table of sessions. */
export interface SessionTableOptions {
  paint: Paint;
  /**
   * Width of the terminal in cells, or null if it is none: then nothing is cut, and times are
   * absolute.
   */
  width: number | null;
  nowMs: number;
  /** True if the sessions come from several workspaces, so that each needs its name. */
  several: boolean;
  /** Workspaces whose directory no longer exists. */
  gone: ReadonlySet<string>;
}

/**
 * Lays sessions out under titles; cost, tokens and calls only where the daemon sends their sums.
 */
export function renderSessions(
  sessions: readonly SessionRecord[],
  options: SessionTableOptions,
): string[] {
  return renderTable(sessions, columns(options), {
    width: options.width,
    titleBrush: options.paint.bold,
  });
}

function columns(options: SessionTableOptions): Column<SessionRecord>[] {
  const { paint, nowMs, width } = options;
  const isTerminal = width !== null;
  const figure = (
    title: string,
    priority: number,
    show: (totals: NonNullable<SessionRecord["totals"]>) => string,
  ): Column<SessionRecord> => ({
    title,
    text: ({ totals }) => totals === undefined ? UNKNOWN : show(totals),
    priority,
    align: "right",
  });
  return [
    { title: "ID", text: ({ id }) => id, priority: 0, min: 12, max: 64 },
    {
      title: "AGENT",
      text: ({ agent }) => agent,
      priority: 3,
      min: 6,
      max: 16,
    },
    {
      title: "MODEL",
      text: ({ model }) => model ?? "",
      priority: 9,
      min: 10,
      max: 28,
    },
    {
      title: "STATE",
      text: (session) => describeState(session, isTerminal ? nowMs : null),
      priority: 0,
      min: 12,
      max: 28,
      brush: (session) => stateBrush(session, paint),
    },
    {
      title: "ACTIVE",
      text: (session) => showTime(lastActivity(session), options),
      priority: 1,
    },
    {
      title: "DURATION",
      text: (session) => {
        const duration = sessionDuration(session);
        return duration === null ? UNKNOWN : formatDuration(duration);
      },
      priority: 2,
      align: "right",
    },
    figure("CALLS", 4, ({ tool_calls }) => formatCount(tool_calls)),
    figure(
      "ERRORS",
      5,
      ({ errors }) => errors === null ? UNKNOWN : formatCount(errors),
    ),
    figure(
      "TOKENS",
      6,
      ({ tokens_in, tokens_out }) =>
        tokens_in === null && tokens_out === null
          ? UNKNOWN
          : formatCount(BigInt(tokens_in ?? 0) + BigInt(tokens_out ?? 0)),
    ),
    figure("COST", 3, formatTotalCost),
    {
      title: "BRANCH",
      text: ({ branch }) => branch ?? "",
      priority: 8,
      min: 8,
      max: 32,
    },
    {
      title: "WORKSPACE",
      text: ({ workspace }) =>
        !options.several
          ? ""
          : options.gone.has(workspace)
          ? `${workspace} (gone)`
          : workspace,
      priority: 4,
      min: 12,
      max: 48,
    },
    {
      title: "TITLE",
      text: ({ title }) => title ?? "",
      priority: 7,
      min: 16,
      max: 60,
    },
  ];
}

function showTime(
  moment: Int | null,
  { width, nowMs }: SessionTableOptions,
): string {
  if (moment === null || Number(moment) === 0) return UNKNOWN;
  return width === null ? formatTime(moment) : formatAgo(moment, nowMs);
}
