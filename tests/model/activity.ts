// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's answer to: what does the session do now, and does it need anything of the user?
 * @module
 */
import type { ModelCall } from "./calls.ts";
import { isIdlePrompt } from "./calls.ts";
import { compareSeen, type Seen, text } from "./event.ts";
import { findRequests, QUESTION_TOOLS } from "./requests.ts";
import { outcomeOf } from "./result.ts";
import { backgroundOf, type ModelThread, runs, stopOf } from "./threads.ts";

/** What a session does. */
export interface ModelActivity {
  state:
    | "needs_permission"
    | "needs_answer"
    | "tool"
    | "working"
    | "idle"
    | "failed"
    | "silent"
    | "ended";
  since_ms: number;
  tool: string | null;
  message: string | null;
}

/** The wire's status of each state. */
export const STATUS_OF = {
  needs_permission: "Waiting",
  needs_answer: "Waiting",
  tool: "Running",
  working: "Running",
  idle: "Idle",
  failed: "Idle",
  silent: "Idle",
  ended: "Done",
} satisfies Record<ModelActivity["state"], string>;

const SILENT_MS = 30 * 60_000;
const SILENT_WITH_CALL_MS = 12 * 3_600_000;

/** What the activity is read from. */
export interface Doings {
  calls: readonly ModelCall[];
  threads: readonly ModelThread[];
  events: readonly Seen[];
  /** When the session ended, null if it has not. */
  endedMs: number | null;
  nowMs: number;
}

/** Reads what a session does. */
export function readActivity(doings: Doings): ModelActivity {
  const sorted = [...doings.events].sort(compareSeen);
  const lastMs = sorted.at(-1)?.ms ?? 0;
  if (doings.endedMs !== null) {
    return {
      state: "ended",
      since_ms: doings.endedMs,
      tool: null,
      message: null,
    };
  }
  const open = doings.calls.filter((call) =>
    call.start !== null && call.end === null && stopOf(call, doings) === null
  ).sort((a, b) => startMs(a) - startMs(b));
  const live = liveActivity(doings, sorted, open);
  const patience = open.length > 0 ? SILENT_WITH_CALL_MS : SILENT_MS;
  const isBusy = ["Running", "Waiting"].includes(STATUS_OF[live.state]);
  return isBusy && doings.nowMs - lastMs >= patience
    ? { state: "silent", since_ms: lastMs, tool: null, message: null }
    : live;
}

function liveActivity(
  { calls, threads, events }: Doings,
  sorted: readonly Seen[],
  open: readonly ModelCall[],
): ModelActivity {
  const pending = findRequests(calls, threads, events)
    .filter(({ over }) => over === null)
    .map(({ state, event, call }): ModelActivity => ({
      state,
      since_ms: event.ms,
      tool: call?.tool ?? text(event.fields, "tool_name"),
      message: call?.summary ?? text(event.fields, "message"),
    }));
  const questions = open.filter(({ tool }) => QUESTION_TOOLS.has(tool))
    .map((call): ModelActivity => ({ ...tell(call), state: "needs_answer" }));
  const [asked] = [...pending, ...questions]
    .sort((a, b) => a.since_ms - b.since_ms);
  if (asked !== undefined) return asked;
  const [first] = open;
  if (first !== undefined) return tell(first);
  return restingActivity(threads, sorted);
}

function tell(call: ModelCall): ModelActivity {
  return {
    state: "tool",
    since_ms: startMs(call),
    tool: call.tool,
    message: call.summary,
  };
}

/** Without an open call: what was said last, in the session itself and of subagents that still run. */
function restingActivity(
  threads: readonly ModelThread[],
  sorted: readonly Seen[],
): ModelActivity {
  const main = sorted.filter(({ thread }) => thread === "");
  const last = main.findLast((event) => stateOf(event) !== null);
  const said = last === undefined ? "working" : stateOf(last) ?? "working";
  const running = threads.filter(runs);
  const latest = (events: readonly Seen[]) =>
    Math.max(...events.map(({ ms }) => ms));
  if (said !== "working" && running.length > 0) {
    const theirs = sorted.filter((event) =>
      running.some(({ id }) => id === event.thread) && stateOf(event) !== null
    );
    return working(latest(theirs));
  }
  const stop = main.findLast(({ meaning }) => meaning === "turn_end");
  if (said === "idle" && stop !== undefined && stop === last) {
    const still = (backgroundOf(stop) ?? []).filter((id) =>
      !sorted.some((event) =>
        event.meaning === "subagent_stop" && event.thread === id &&
        compareSeen(event, stop) > 0
      )
    );
    if (still.length > 0) return working(stop.ms);
  }
  if (said === "working") return working(last?.ms ?? sorted[0]?.ms ?? 0);
  const message = last === undefined || said !== "failed" ? null : reason(last);
  return { state: said, since_ms: last?.ms ?? 0, tool: null, message };
}

function working(since: number): ModelActivity {
  return { state: "working", since_ms: since, tool: null, message: null };
}

function reason({ fields }: Seen): string | null {
  return text(fields, "error") ?? text(fields, "error_message") ??
    text(fields, "reason");
}

/** What an event says of the thread that it is from; null: nothing. */
function stateOf(event: Seen): "working" | "idle" | "failed" | null {
  const { meaning, fields } = event;
  switch (meaning) {
    case "prompt":
    case "call_start":
    case "call_end":
    case "call_denied":
    case "compaction":
    case "answer":
      return "working";
    case "call_failed":
      return outcomeOf(event) === "interrupted" ? "idle" : "working";
    case "subagent_start":
      return event.thread === "" ? null : "working";
    case "session_start":
      return fields.source === "compact" ? "working" : "idle";
    case "turn_end":
    case "interrupt":
      return "idle";
    case "turn_failed":
      return "failed";
    case "notification":
      return isIdlePrompt(event) ? "idle" : null;
    default:
      return null;
  }
}

function startMs({ start }: ModelCall): number {
  return start?.ms ?? 0;
}
