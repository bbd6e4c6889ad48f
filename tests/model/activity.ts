// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's answer to: what does the session do now, and does it need anything of the user?
 * @module
 */
import { isIdlePrompt, type ModelCall } from "./calls.ts";
import { compareSeen, type Seen, text } from "./event.ts";
import { findRequests, QUESTION_TOOLS } from "./requests.ts";
import { stateOf } from "./saying.ts";
import { backgroundOf, type ModelThread, runs, stopOf } from "./threads.ts";

/** The activity of a session. */
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

/** The facts that decide the activity. */
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
    .map(({ state, event, call }) => ({
      state,
      at: event,
      tool: text(event.fields, "tool_name") ?? call?.tool ?? null,
      message: call?.summary ?? text(event.fields, "message"),
    }));
  const questions = open.filter(({ tool }) => QUESTION_TOOLS.has(tool))
    .flatMap((call) =>
      call.start === null ? [] : [{
        state: "needs_answer" as const,
        at: call.start,
        tool: call.tool,
        message: call.summary,
      }]
    );
  const [asked] = [...pending, ...questions]
    .sort((a, b) => compareSeen(a.at, b.at));
  if (asked !== undefined) {
    const { at, ...need } = asked;
    return { ...need, since_ms: at.ms };
  }
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

/**
 * Without an open call: what was said last, in the session itself and of each subagent that still
 * runs.
 */
function restingActivity(
  threads: readonly ModelThread[],
  sorted: readonly Seen[],
): ModelActivity {
  const main = sorted.filter(({ thread }) => thread === "");
  const last = main.findLast((event) => stateOf(event) !== null);
  if (last === undefined && !threads.some(runs)) {
    return working(sorted.at(-1)?.ms ?? 0);
  }
  const said = last === undefined ? null : stateOf(last);
  const work = threads.filter(runs).flatMap(({ id }) =>
    sorted.findLast((event) =>
      event.thread === id && stateOf(event) !== null
    ) ??
      []
  );
  const turn = main.findLast((event) =>
    stateOf(event) !== null && !isIdlePrompt(event)
  );
  if (turn !== undefined && (said === "working" || goesOn(turn, sorted))) {
    work.push(turn);
  }
  // The thread that has worked for longest.
  if (work.length > 0) return working(Math.min(...work.map(({ ms }) => ms)));
  const message = last === undefined || said !== "failed" ? null : reason(last);
  return {
    state: said ?? "working",
    since_ms: last?.ms ?? 0,
    tool: null,
    message,
  };
}

/** Whether a turn has ended while something that it lists goes on. */
function goesOn(stop: Seen, sorted: readonly Seen[]): boolean {
  if (stop.meaning !== "turn_end") return false;
  return (backgroundOf(stop) ?? []).some((id) =>
    !sorted.some((event) =>
      event.meaning === "subagent_stop" && event.thread === id &&
      compareSeen(event, stop) > 0
    )
  );
}

function working(since: number): ModelActivity {
  return { state: "working", since_ms: since, tool: null, message: null };
}

function reason({ fields }: Seen): string | null {
  return text(fields, "error") ?? text(fields, "error_message") ??
    text(fields, "reason");
}

function startMs({ start }: ModelCall): number {
  return start?.ms ?? 0;
}
