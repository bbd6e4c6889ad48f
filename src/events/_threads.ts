// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies events to the session's own thread and to its subagents.
 * @module
 */
import type { Draft } from "./_draft.ts";
import { threadOf } from "./call_state.ts";
import { isRunning } from "./deadlines.ts";
import type { Facts } from "./facts.ts";
import { isHalt, type Mark } from "./marks.ts";
import {
  compareMoments,
  earlierOf,
  isBefore,
  laterOf,
  type Moment,
} from "./moment.ts";
import type { PendingRequest } from "./session_state.ts";
import type { Saying, ThreadState } from "./thread_state.ts";

/** Applies an event to its thread. */
export function addThread(draft: Draft, facts: Facts): void {
  const { at, meaning, callId, threadType } = facts;
  // The end of an unnamed subagent does not concern the session's own thread.
  const isStray = meaning === "subagent_stop" && facts.thread === "";
  const thread = draft.thread(facts.thread);
  if (isStray) return;
  const isSubagent = thread.id !== "";
  const starts = isSubagent && meaning === "subagent_start";
  const stops = isSubagent && meaning === "subagent_stop";
  const halts = stops || isHalt(facts);
  const saying = sayingOf(facts);
  const isFirst = starts &&
    (thread.firstStart === null || isBefore(at, thread.firstStart));
  const type = isSubagent ? lesserOf(thread.type, threadType) : null;
  if (
    saying === null && !starts && !halts && meaning !== "answer" &&
    type === thread.type
  ) return;
  draft.putThread({
    ...thread,
    type,
    task: starts ? lesserOf(thread.task, facts.task) : thread.task,
    firstStart: starts ? earlierOf(thread.firstStart, at) : thread.firstStart,
    lastStart: starts ? laterOf(thread.lastStart, at) : thread.lastStart,
    stop: stops ? laterOf(thread.stop, at) : thread.stop,
    halt: halts ? laterOf(thread.halt, at) : thread.halt,
    answered: meaning === "answer"
      ? laterOf(thread.answered, at)
      : thread.answered,
    said: saying === null ||
        thread.said !== null && isBefore(at, thread.said[0])
      ? thread.said
      : [at, saying, meaning === "turn_failed" ? facts.message : null],
    idled: facts.asking === "prompt" ? laterOf(thread.idled, at) : thread.idled,
    callId: isFirst
      ? callId ?? thread.callId
      : thread.callId ?? (starts ? callId : null),
  });
}

/**
 * Returns the smaller of two texts, so that the order of arrival does not matter. Agents rarely
 * send two different ones.
 */
function lesserOf(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** Returns the activity of the thread according to an event, or null. */
function sayingOf(facts: Facts): Saying | null {
  switch (facts.meaning) {
    case "call_end":
    case "call_failed":
      // Claude Code reports the user's interrupt only by the ends of the interrupted calls.
      return facts.call?.outcome === "interrupted" ? "idle" : "working";
    case "prompt":
    case "call_start":
    case "call_denied":
    case "subagent_start":
    case "compaction":
    case "answer":
      return "working";
    case "session_start":
      return facts.afterCompaction ? "working" : "idle";
    case "turn_end":
    case "interrupt":
      return "idle";
    case "turn_failed":
      return "failed";
    default:
      return null;
  }
}

/**
 * Applies the end of an unnamed subagent: it is the oldest running one of the same type and task.
 *
 * @returns Whether the session ever had such an end.
 */
export function applyStray(
  draft: Draft,
  facts: Facts,
  { hasStrays, isLate, marks }: {
    hasStrays: boolean;
    isLate: boolean;
    marks: readonly Mark[];
  },
): boolean {
  const { meaning, thread, at, threadType: type, task } = facts;
  const isStray = meaning === "subagent_stop" && thread === "";
  // The end of a session also decides which subagents were running.
  const isDeciding = meaning === "subagent_start" ||
    meaning === "subagent_stop" || meaning === "session_end";
  if (isLate && isDeciding && (isStray || hasStrays)) {
    const all = draft.readAll(marks);
    const threads = new Map(all.threads);
    for (const [id, one] of threads) {
      threads.set(id, { ...one, strayStop: null });
    }
    let end: Moment | null = null;
    for (const [kind, at, , , strayType, strayTask] of all.marks) {
      if (kind === "end") end = at;
      if (kind !== "stray") continue;
      const ended = findStrayed(threads.values(), {
        at,
        end,
        type: strayType ?? null,
        task: strayTask ?? null,
      });
      if (ended !== null) threads.set(ended.id, { ...ended, strayStop: at });
    }
    for (const [id, one] of threads) {
      const old = all.threads.get(id)?.strayStop ?? null;
      if (!isSameMoment(old, one.strayStop)) draft.putThread(one);
    }
    return true;
  }
  if (!isStray) return hasStrays;
  const { end } = draft;
  const ended = findStrayed(draft.threads(), { at, end, type, task });
  if (ended !== null) draft.putThread({ ...ended, strayStop: at });
  return true;
}

function isSameMoment(
  a: ThreadState["strayStop"],
  b: ThreadState["strayStop"],
): boolean {
  return a === b || a !== null && b !== null && compareMoments(a, b) === 0;
}

function findStrayed(
  threads: Iterable<ThreadState>,
  { at, end, type, task }: {
    at: Moment;
    /** The session's last end before it. */
    end: Moment | null;
    type: string | null;
    task: string | null;
  },
): ThreadState | null {
  let found: ThreadState | null = null;
  let foundStart: Moment | null = null;
  for (const thread of threads) {
    const { firstStart, lastStart, stop, strayStop } = thread;
    if (firstStart === null || lastStart === null) continue;
    if (thread.type !== type) continue;
    // It may have started again since.
    const start = isBefore(lastStart, at) ? lastStart : firstStart;
    if (!isBefore(start, at)) continue;
    // Without a task it may be any subagent of its type.
    if (task !== null && (thread.task ?? task) !== task) continue;
    if (isBefore(start, end)) continue;
    const last = laterOf(stop, strayStop);
    if (isBefore(start, last) && isBefore(last, at)) continue;
    if (strayStop !== null && isBefore(start, strayStop)) continue;
    if (found === null || isBefore(start, foundStart)) {
      found = thread;
      foundStart = start;
    }
  }
  return found;
}

/** Moves ended subagents without open calls or requests to rows. */
export function fileThreads(
  draft: Draft,
  requests: readonly PendingRequest[],
): void {
  const threads = [...draft.threads()];
  if (threads.length === 1) return;
  // Subagents in the background are needed until the next turn ends.
  const used = new Set(Object.keys(draft.background?.ids ?? {}));
  for (const { thread } of requests) used.add(thread);
  for (const call of draft.open) used.add(threadOf(call));
  const turn = draft.thread("").halt;
  for (const thread of threads) {
    const { id, said, lastStart } = thread;
    if (id === "" || used.has(id) || isRunning(draft, thread)) continue;
    // A subagent without events of its start and end may make more calls in the same turn.
    const goesOn = lastStart === null && said !== null &&
      !isBefore(said[0], turn);
    if (!goesOn) draft.fileThread(thread);
  }
}
