// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the status as text: whether the daemon is running, and the next command if it is not.
 * @module
 */
import {
  type Fact,
  formatAgo,
  formatBytes,
  formatNumberOf,
  formatSpan,
  makePaint,
  type Paint,
  wrapWords,
} from "../../output/mod.ts";
import type { AnswerOf } from "../../proto/mod.ts";
import type { SpoolStatus } from "../../spool/mod.ts";
import type { Run } from "../shell/cli.ts";
import { describeSpool, layOut } from "../spool/describe_spool.ts";
import { quoteWord } from "../shell/quote_word.ts";
import type { DaemonState } from "./options.ts";

/** Options of {@linkcode renderStatus}. */
export interface StatusTextOptions {
  spool: SpoolStatus;
  run: Run;
}

/** Renders the lines of the status. */
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
          [
            ...describeRunning(found, context.now(), paint),
            socket,
            ...spoolFacts,
          ],
          paint,
          width,
        ),
      ];
    case "stopped":
      return [
        paint.dim("○ stopped"),
        ...layOut(
          [...describeFault(found.fault, paint), socket, ...spoolFacts],
          paint,
          width,
        ),
        "",
        ...wrapWords(
          spool.writable
            ? "Hooks keep recording: the spool keeps their events until a daemon runs."
            : "Nothing is recorded in this home: no daemon is running, and the spool cannot be written.",
          width,
        ),
        ...found.fault === null
          ? [
            spool.writable
              ? `Start the daemon: ${advise(run, "daemon start --background")}`
              : `See what is wrong: ${advise(run, "doctor")}`,
          ]
          : [],
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
          `The daemon may be busy, hung, or stopped by a signal (SIGSTOP, Ctrl-Z). ${
            spool.writable
              ? "Hooks keep recording: the spool keeps their events."
              : "Nothing is recorded in this home, as the spool cannot be written."
          }`,
          width,
        ),
        `Wait longer: ${advise(run, "status --timeout 10s")}`,
        `See what is wrong: ${advise(run, "doctor")}`,
      ];
  }
}

/** The fault that keeps a daemon from starting. Its message says what to do. */
function describeFault(fault: string | null, paint: Paint): Fact[] {
  return fault === null ? [] : [["fault", fault, paint.red]];
}

function describeRunning(
  { hello, status }: Extract<DaemonState, { state: "running" }>,
  nowMs: number,
  paint: Paint,
): Fact[] {
  const { pid, uptime_ms, queue_depth, store, capture } = status;
  const { last_error, last_error_ms } = status;
  const facts: Fact[] = [
    ["pid", `${pid}, up for ${formatSpan(uptime_ms)}`],
    ["version", `${hello.daemon_version}, protocol ${hello.proto_version}`],
    ["queue", Number(queue_depth) === 0 ? "empty" : `${queue_depth} waiting`],
    last_error === null ? ["last error", "none"] : [
      "last error",
      last_error_ms
        ? `${formatAgo(last_error_ms, nowMs)}: ${last_error}`
        : last_error,
      paint.yellow,
    ],
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
  facts.push(...describeTranscripts(status.transcripts, paint));
  facts.push(["workspaces", String(hello.workspaces.length)]);
  if (capture !== undefined && capture.length > 0) {
    facts.push(["capture", formatNumberOf(capture.length, "workspace")]);
  }
  if (status.web !== undefined) facts.push(["web", status.web.url]);
  return facts;
}

/** How many transcripts were read and were not, and why the user's prices are not used. */
function describeTranscripts(
  transcripts: AnswerOf<"status">["transcripts"],
  paint: Paint,
): Fact[] {
  if (transcripts === undefined) return [];
  const { read, unreadable, missing, waiting, prices_fault } = transcripts;
  const counts = [
    [read, "read"],
    [unreadable, "unreadable"],
    [missing, "missing"],
    [waiting, "waiting"],
  ] as const;
  const known = counts.filter(([count]) => Number(count) > 0)
    .map(([count, name]) => `${count} ${name}`).join(", ");
  const facts: Fact[] = [];
  if (known !== "") {
    facts.push(
      Number(unreadable) > 0
        ? ["transcripts", known, paint.yellow]
        : ["transcripts", known],
    );
  }
  if (prices_fault !== null) facts.push(["prices", prices_fault, paint.yellow]);
  return facts;
}

/** Returns a command to run, with the path options of this one. */
function advise({ settings }: Run, command: string): string {
  return ["kaizen", ...settings.pathFlags.map(quoteWord), command].join(" ");
}
