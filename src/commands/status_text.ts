// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The status for people: running or not in one glance, and the next command when it is not.
 * @module
 */
import {
  cutCells,
  escapeLine,
  formatAgo,
  formatBytes,
  formatDuration,
  formatNumberOf,
  makePaint,
  type Paint,
} from "../output/mod.ts";
import type { SpoolStatus } from "../spool/mod.ts";
import type { Run } from "./cli.ts";
import { quoteWord } from "./quote_word.ts";
import type { DaemonState } from "./run_status.ts";

/** What is shown besides the daemon's own words. */
export interface StatusTextOptions {
  spool: SpoolStatus;
  run: Run;
}

type Fact = [label: string, text: string, brush?: (text: string) => string];

const LABEL_CELLS = 12;

/** The lines of the status. */
export function renderStatus(
  found: DaemonState,
  { spool, run }: StatusTextOptions,
): string[] {
  const { context, settings } = run;
  const paint = makePaint(settings.color);
  const spoolFacts = describeSpool(spool, context.now(), paint);
  const socket: Fact = ["socket", settings.paths().socket];
  const width = context.stdout.columns();
  switch (found.state) {
    case "running":
      return [
        paint.green("● running"),
        ...layOut(
          [...describeRunning(found, paint), socket, ...spoolFacts],
          paint,
          width,
        ),
      ];
    case "stopped":
      return [
        paint.dim("○ stopped"),
        ...layOut([socket, ...spoolFacts], paint, width),
        "",
        "Hooks go on recording: their events wait in the spool until a daemon runs.",
        `Start one: ${advise(run, "daemon start --background")}`,
      ];
    case "hung":
      return [
        paint.red("● does not answer"),
        ...layOut(
          [["reason", found.reason], socket, ...spoolFacts],
          paint,
          width,
        ),
        "",
        "It may be busy, stopped by a signal (SIGSTOP, Ctrl-Z), or hung. Hooks go on recording, into the spool.",
        `Give it time: ${advise(run, "status --timeout 10s")}`,
        `See its log: ${escapeLine(settings.paths().log)}`,
      ];
  }
}

/** The spool alone. */
export function renderSpool(
  spool: SpoolStatus,
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const facts: Fact[] = [
    ...describeSpool(spool, context.now(), paint),
    ["folder", settings.paths().spool],
  ];
  return layOut(facts, paint, context.stdout.columns());
}

function describeRunning(
  { hello, status }: Extract<DaemonState, { state: "running" }>,
  paint: Paint,
): Fact[] {
  const { pid, uptime_ms, queue_depth, last_error, store, capture } = status;
  const facts: Fact[] = [
    ["pid", `${pid}, up ${formatDuration(uptime_ms)}`],
    ["version", `${hello.daemon_version}, protocol ${hello.proto_version}`],
    ["queue", Number(queue_depth) === 0 ? "empty" : `${queue_depth} waiting`],
    last_error === null
      ? ["last error", "none"]
      : ["last error", last_error, paint.yellow],
  ];
  if (store !== undefined) {
    const { bytes, sessions, events } = store;
    facts.push([
      "store",
      [
        formatBytes(bytes),
        formatNumberOf(sessions, "session"),
        formatNumberOf(events, "event"),
      ].join(", "),
    ]);
  }
  facts.push(["workspaces", String(hello.workspaces.length)]);
  if (capture !== undefined && capture.length > 0) {
    facts.push(["capture", formatNumberOf(capture.length, "workspace")]);
  }
  if (status.web !== undefined) facts.push(["web", status.web.url]);
  return facts;
}

function describeSpool(
  spool: SpoolStatus,
  nowMs: number,
  paint: Paint,
): Fact[] {
  const { pending, bytes, oldest_ms, rejected, writable, reason } = spool;
  const age = oldest_ms === null
    ? ""
    : `, oldest ${formatAgo(oldest_ms, nowMs)}`;
  const facts: Fact[] = [[
    "spool",
    pending === 0
      ? "empty"
      : `${formatNumberOf(pending, "event")} waiting (${
        formatBytes(bytes)
      }${age})`,
  ]];
  if (rejected > 0) {
    facts.push([
      "rejected",
      `${formatNumberOf(rejected, "event")}, see kaizen spool list`,
      paint.yellow,
    ]);
  }
  if (!writable) {
    facts.push(["spool fault", reason ?? "not writable", paint.red]);
  }
  if (spool.failures > 0) {
    const last = spool.last_failure;
    const when = last === null
      ? ""
      : `; the last ${formatAgo(last.ms, nowMs)}: ${last.reason}`;
    facts.push([
      "lost",
      `${formatNumberOf(spool.failures, "event")} could not be recorded${when}`,
      paint.red,
    ]);
  }
  return facts;
}

function layOut(
  facts: readonly Fact[],
  paint: Paint,
  width: number | null,
): string[] {
  const room = width === null ? null : Math.max(8, width - LABEL_CELLS);
  return facts.map(([label, text, brush]) => {
    const safe = escapeLine(text);
    const cut = room === null ? safe : cutCells(safe, room);
    return paint.dim(label.padEnd(LABEL_CELLS)) + (brush?.(cut) ?? cut);
  });
}

/** A command to run, with the path options of this one. */
function advise({ settings }: Run, command: string): string {
  return ["kaizen", ...settings.pathFlags.map(quoteWord), command].join(" ");
}
