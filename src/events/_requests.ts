// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which call the user is asked about, and whether that is settled.
 * @module
 */
import type { Everything } from "./_draft.ts";
import { isSameInput } from "./call_input.ts";
import {
  type CallState,
  endOf,
  inputOf,
  namedKey,
  seenAt,
  threadOf,
  toolOf,
} from "./call_state.ts";
import { deadlineOf, stopOf } from "./deadlines.ts";
import type { Mark } from "./marks.ts";
import { compareMoments, isBefore, laterOf, type Moment } from "./moment.ts";
import type { PendingRequest, SessionState } from "./session_state.ts";
import { newThread, type ThreadState } from "./thread_state.ts";

/** What a request tells of the call that it is about. */
export interface Asked {
  readonly kind: PendingRequest["kind"];
  readonly thread: string;
  readonly callId: string | null;
  readonly tool: string | null;
  readonly inputKey: string | null;
}

/**
 * Finds the call that a request is about: the one that it names, else the one that began last of those that run; one with the same
 * arguments goes before one of the same tool, and that before all others.
 *
 * @param running Calls that run, in any order.
 * @returns Its key, or null.
 */
export function findAsked(
  asked: Asked,
  running: Iterable<CallState>,
): string | null {
  if (asked.callId !== null) return namedKey(asked.callId);
  let best: CallState | null = null;
  let bestLevel = -1;
  for (const call of running) {
    // A call that is told twice is asked about once; a notice does not say whose call it is about.
    if (call.whole !== null) continue;
    const isOwn = threadOf(call) === asked.thread ||
      asked.kind === "notice" && asked.thread === "";
    if (!isOwn) continue;
    const level = levelOf(asked, call);
    if (level < bestLevel) continue;
    if (level === bestLevel && best !== null && !isLater(call, best)) continue;
    best = call;
    bestLevel = level;
  }
  return best?.key ?? null;
}

function levelOf({ tool, inputKey }: Asked, call: CallState): number {
  if (tool === null || tool !== toolOf(call)) return 0;
  const input = inputOf(call);
  return inputKey !== null && input !== null && isSameInput(inputKey, input)
    ? 2
    : 1;
}

/** Whether it began after the other; one whose beginning is not known began before all. */
function isLater(call: CallState, other: CallState): boolean {
  if (call.start === null || other.start === null) {
    if (call.start !== other.start) return other.start === null;
    return compareMoments(seenAt(call), seenAt(other)) > 0;
  }
  return isBefore(other.start.at, call.start.at);
}

/** A request and the call that it is about. */
export interface MatchedRequest {
  readonly mark: Mark;
  readonly key: string | null;
}

/** What of a session's state tells when its threads stopped. */
type Times = Pick<SessionState, "end" | "background">;

/**
 * Finds the calls of all requests. A notice that comes while another request for permission is pending is the same request, and left
 * out.
 */
export function matchRequests(
  { calls, threads, marks }: Everything,
  times: Times,
): MatchedRequest[] {
  const matched: MatchedRequest[] = [];
  if (!marks.some(([kind]) => REQUESTS.has(kind))) return matched;
  const running = new Map<string, CallState>();
  const pending = new Map<MatchedRequest, CallState | null>();
  const drop = (isOver: (thread: string) => boolean) => {
    for (const [key, call] of running) {
      if (isOver(threadOf(call))) running.delete(key);
    }
    for (const [request, call] of pending) {
      const about = call === null ? null : threadOf(call);
      if (isOver(request.mark[2]) || about !== null && isOver(about)) {
        pending.delete(request);
      }
    }
  };
  const steps: [at: Moment, order: number, run: () => void][] = [];
  for (const call of calls.values()) {
    const end = endOf(call);
    // An end that is told to be before the beginning leaves no time to ask.
    if (isBefore(end?.at ?? null, call.start?.at ?? null)) continue;
    const begins = beginOf(call, marks);
    const settle = () => {
      for (const [request] of pending) {
        if (request.key === call.key) pending.delete(request);
      }
    };
    const begin = () => {
      running.set(call.key, call);
      settle();
    };
    if (begins === null) begin();
    else steps.push([begins, 1, begin]);
    if (end === null) continue;
    steps.push([end.at, 2, () => {
      running.delete(call.key);
      settle();
    }]);
  }
  for (const thread of threads.values()) {
    const stop = stopOf(times, thread);
    if (stop !== null && thread.id !== "") {
      steps.push([stop, 0, () => drop((id) => id === thread.id)]);
    }
  }
  for (const mark of marks) {
    const [kind, at, thread] = mark;
    if (kind === "end") steps.push([at, 0, () => drop(() => true)]);
    else if (kind === "halt" || kind === "interrupt") {
      steps.push([at, 0, () => drop((id) => id === thread)]);
    } else if (REQUESTS.has(kind)) {
      steps.push([at, 3, () => {
        if (kind === "notice" && pending.size > 0) return;
        const asked = askedOf(mark);
        const key = findAsked(asked, running.values());
        const request = { mark, key };
        matched.push(request);
        if (kind === "question") return;
        pending.set(request, key === null ? null : running.get(key) ?? null);
      }]);
    }
  }
  steps.sort((a, b) => compareMoments(a[0], b[0]) || a[1] - b[1]);
  for (const [, , run] of steps) run();
  return matched;
}

const REQUESTS: ReadonlySet<Mark[0]> = new Set([
  "permission",
  "notice",
  "question",
]);

function askedOf([kind, , thread, callId, tool, inputKey]: Mark): Asked {
  return {
    kind: kind === "permission" || kind === "notice" ? kind : "question",
    thread,
    callId: callId ?? null,
    tool: tool ?? null,
    inputKey: inputKey ?? null,
  };
}

/** When a call began; one whose beginning is not known has run since the last halt before its end, or since ever: null. */
function beginOf(call: CallState, marks: readonly Mark[]): Moment | null {
  if (call.start !== null) return call.start.at;
  const { end, ask } = call;
  if (ask !== null || end === null) return seenAt(call);
  const halt = marks.findLast(([kind, at, thread]) =>
    isBefore(at, end.at) &&
    (kind === "end" ||
      (kind === "halt" || kind === "interrupt") && thread === end.thread)
  );
  return halt?.[1] ?? null;
}

/** The requests that are pending, and the last of those that are settled. */
export interface RequestsNow {
  readonly requests: readonly PendingRequest[];
  readonly settled: Moment | null;
}

/** Finds out anew what is pending, from everything there is. */
export function rebuildRequests(all: Everything, times: Times): RequestsNow {
  const requests: PendingRequest[] = [];
  let settled: Moment | null = null;
  for (const { mark, key } of matchRequests(all, times)) {
    const request = pendingOf(mark, key);
    const thread = all.threads.get(request.thread) ??
      newThread(request.thread);
    if (isOver(request, deadlineOf(times, thread), thread)) continue;
    const call = key === null ? undefined : all.calls.get(key);
    const caller = call && all.threads.get(threadOf(call));
    const deadline = caller === undefined ? null : deadlineOf(times, caller);
    if (call !== undefined && hasGoneOn(request, call, deadline)) {
      settled = laterOf(settled, request.at);
    } else requests.push(request);
  }
  return { requests, settled };
}

/**
 * Whether the call of a request went on, or was given up.
 *
 * @param deadline That of the call's thread.
 */
export function hasGoneOn(
  { at }: PendingRequest,
  call: CallState,
  deadline: Moment | null,
): boolean {
  return isBefore(at, endOf(call)?.at ?? null) ||
    isBefore(at, call.start?.at ?? null) || isBefore(at, deadline);
}

/** Whether the thread went on to something else, or was answered. */
export function isOver(
  { at, kind }: PendingRequest,
  deadline: Moment | null,
  thread: ThreadState,
): boolean {
  return isBefore(at, deadline) ||
    kind === "question" && isBefore(at, thread.answered);
}

/** Makes the request of a mark. */
export function pendingOf(mark: Mark, key: string | null): PendingRequest {
  const [, at, , , , , message] = mark;
  const { kind, thread, tool } = askedOf(mark);
  return { at, thread, kind, key, tool, message: message ?? null };
}

/** Finds the call of a request among those that run, as {@linkcode matchRequests} does. */
export function matchRequest(
  mark: Mark,
  running: Iterable<CallState>,
): string | null {
  return findAsked(askedOf(mark), running);
}
