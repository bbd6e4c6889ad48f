// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The status for people: running or not in one glance, and the next command when it is not.
 * @module
 */
import {
  escapeLine,
  type Fact,
  formatBytes,
  formatNumberOf,
  formatSpan,
  makePaint,
  type Paint,
  wrapWords,
} from "../../output/mod.ts";
import type { SpoolStatus } from "../../spool/mod.ts";
import type { Run } from "../shell/cli.ts";
import { describeSpool, layOut } from "../spool/facts.ts";
import { quoteWord } from "../shell/quote_word.ts";
import type { DaemonState } from "./options.ts";

/** What is shown besides the daemon's own words. */
export interface StatusTextOptions {
  spool: SpoolStatus;
  run: Run;
}

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
        ...wrapWords(
          spool.writable
            ? "Hooks go on recording: their events wait in the spool until a daemon runs."
            : "Nothing is recorded now: no daemon runs, and the spool cannot be written.",
          width,
        ),
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
        ...wrapWords(
          `It may be busy, stopped by a signal (SIGSTOP, Ctrl-Z), or hung. ${
            spool.writable
              ? "Hooks go on recording: their events wait in the spool."
              : "Nothing is recorded now, as the spool cannot be written."
          }`,
          width,
        ),
        `Give it time: ${advise(run, "status --timeout 10s")}`,
        `See its log:  ${escapeLine(settings.paths().log)}`,
      ];
  }
}

function describeRunning(
  { hello, status }: Extract<DaemonState, { state: "running" }>,
  paint: Paint,
): Fact[] {
  const { pid, uptime_ms, queue_depth, last_error, store, capture } = status;
  const facts: Fact[] = [
    ["pid", `${pid}, up for ${formatSpan(uptime_ms)}`],
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

/** A command to run, with the path options of this one. */
function advise({ settings }: Run, command: string): string {
  return ["kaizen", ...settings.pathFlags.map(quoteWord), command].join(" ");
}
