// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Matches requests to the user with calls, and decides whether they are settled.
 * @module
 */
import type { Everything } from "./_draft.ts";
import { runSteps } from "../proto/mod.ts";
import { ITEMS_A_STEP, sortInSteps } from "./_steps.ts";
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
import { deadlineOf, ownStopsOf, type StopTimes } from "./deadlines.ts";
import { Halts } from "./halts.ts";
import type { Mark } from "./marks.ts";
import { compareMoments, isBefore, laterOf, type Moment } from "./moment.ts";
import type { PendingRequest, Settled } from "./session_state.ts";
import { newThread, type ThreadState } from "./thread_state.ts";

/**
 * Finds the call of a request: the one that it names, else the running call with the same
 * arguments, else one of the same tool, else any. Of several the one that began last.
 *
 * @param running Running calls in any order.
 * @returns The key of the call, or null.
 */
export function matchRequest(
  mark: Mark,
  running: Iterable<CallState>,
): string | null {
  const [kind, , thread, callId] = mark;
  if (callId) return namedKey(callId);
  let best: CallState | null = null;
  let bestLevel = -1;
  for (const call of running) {
    // A call that is told twice has one request. A notice does not name the thread of its call.
    if (call.whole !== null) continue;
    const isOwn = threadOf(call) === thread ||
      kind === "notice" && thread === "";
    if (!isOwn) continue;
    const level = levelOf(mark, call);
    if (level < bestLevel) continue;
    if (level === bestLevel && best !== null && !isLater(call, best)) continue;
    best = call;
    bestLevel = level;
  }
  return best?.key ?? null;
}

function levelOf(mark: Mark, call: CallState): number {
  const [, , , , tool = null, inputKey = null] = mark;
  if (tool === null || tool !== toolOf(call)) return 0;
  const input = inputOf(call);
  return inputKey !== null && input !== null && isSameInput(inputKey, input)
    ? 2
    : 1;
}

/** Whether a call began after another one. A call without a known start began before all others. */
function isLater(call: CallState, other: CallState): boolean {
  if (call.start === null || other.start === null) {
    if (call.start !== other.start) return other.start === null;
    return compareMoments(seenAt(call), seenAt(other)) > 0;
  }
  return isBefore(other.start.at, call.start.at);
}

/** A request and the key of its call. */
export interface MatchedRequest {
  readonly mark: Mark;
  readonly key: string | null;
}

/**
 * Finds the calls of all requests in steps. A notice during a pending request for permission is the
 * same request, and is left out.
 */
export function* matchRequests(
  all: Everything,
  times: StopTimes,
): Generator<void, MatchedRequest[]> {
  if (!all.marks.some(([kind]) => REQUESTS.has(kind))) return [];
  const matching = new Matching();
  const steps: MatchStep[] = [];
  const halts = new Halts(all.marks);
  let seen = 0;
  for (const call of all.calls.values()) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    const end = endOf(call)?.at ?? null;
    // A call that ends before its start cannot have a request.
    if (isBefore(end, call.start?.at ?? null)) continue;
    const begin = beginOf(call, halts);
    if (begin === null) matching.begin(call);
    else steps.push([begin, 1, () => matching.begin(call)]);
    if (end !== null) steps.push([end, 2, () => matching.end(call)]);
  }
  for (const thread of all.threads.values()) {
    if (thread.id === "") continue;
    for (const stop of ownStopsOf(times, thread)) {
      steps.push([stop, 0, () => matching.halt(thread.id)]);
    }
  }
  for (const mark of all.marks) {
    const [kind, at, thread] = mark;
    if (kind === "end") steps.push([at, 0, () => matching.halt(null)]);
    else if (kind === "halt" || kind === "interrupt") {
      steps.push([at, 0, () => matching.halt(thread)]);
    } else if (REQUESTS.has(kind)) {
      steps.push([at, 3, () => matching.ask(mark)]);
    }
  }
  const order = (a: MatchStep, b: MatchStep) =>
    compareMoments(a[0], b[0]) || a[1] - b[1];
  for (const [, , run] of yield* sortInSteps(steps, order)) {
    run();
    if (++seen % ITEMS_A_STEP === 0) yield;
  }
  return matching.matched;
}

/** An action at a moment. Actions at the same moment run in the given order. */
type MatchStep = readonly [at: Moment, order: number, run: () => void];

/** Running calls and pending requests for permission, from moment to moment. */
class Matching {
  readonly matched: MatchedRequest[] = [];
  readonly #running = new Map<string, CallState>();
  readonly #pending = new Map<MatchedRequest, CallState | null>();

  begin(call: CallState): void {
    this.#running.set(call.key, call);
    this.#settle(call);
  }

  end(call: CallState): void {
    this.#running.delete(call.key);
    this.#settle(call);
  }

  /** Ends the calls and requests of a thread; null: of all threads. */
  halt(thread: string | null): void {
    const isOver = (id: string) => thread === null || id === thread;
    for (const [key, call] of this.#running) {
      if (isOver(threadOf(call))) this.#running.delete(key);
    }
    for (const [request, call] of this.#pending) {
      const isCalls = call !== null && isOver(threadOf(call));
      if (isCalls || isOver(request.mark[2])) this.#pending.delete(request);
    }
  }

  ask(mark: Mark): void {
    const [kind] = mark;
    const isAsked = [...this.#pending.keys()].some(({ key }) => key !== null);
    if (kind === "notice" && isAsked) return;
    const key = matchRequest(mark, this.#running.values());
    const request = { mark, key };
    this.matched.push(request);
    if (kind === "question") return;
    const call = key === null ? undefined : this.#running.get(key);
    this.#pending.set(request, call ?? null);
  }

  #settle({ key }: CallState): void {
    for (const [request] of this.#pending) {
      if (request.key === key) this.#pending.delete(request);
    }
  }
}

const REQUESTS: ReadonlySet<Mark[0]> = new Set([
  "permission",
  "notice",
  "question",
]);

/**
 * Returns the moment when a call began. A call without a known start has run since the last halt
 * before its end; null if there is none.
 */
function beginOf(call: CallState, halts: Halts): Moment | null {
  const { start, end, ask } = call;
  if (start !== null) return start.at;
  return ask !== null || end === null
    ? seenAt(call)
    : halts.lastBefore(end.thread, end.at);
}

/** Adds a settled request. */
export function addSettled(
  { own, others }: Settled,
  { at, thread }: Pick<PendingRequest, "at" | "thread">,
): Settled {
  return thread === ""
    ? { own: laterOf(own, at), others }
    : { own, others: laterOf(others, at) };
}

/** The pending requests, and the last settled ones. */
export interface RequestsNow {
  readonly requests: readonly PendingRequest[];
  readonly settled: Settled;
}

/** Finds the pending requests again from all calls, threads and marks. */
export function rebuildRequests(
  all: Everything,
  times: StopTimes,
): RequestsNow {
  const requests: PendingRequest[] = [];
  let settled: Settled = { own: null, others: null };
  const matched = runSteps(matchRequests(all, times));
  const known = new Set(matched.map(({ mark }) => mark));
  for (const mark of all.marks) {
    const [kind, at, thread] = mark;
    if (kind !== "notice" || known.has(mark)) continue;
    settled = addSettled(settled, { at, thread });
  }
  const find = (id: string) => all.threads.get(id) ?? newThread(id);
  for (const { mark, key } of matched) {
    const request = pendingOf(mark, key);
    const call = key === null ? null : all.calls.get(key) ?? null;
    const standing = judgeRequest(request, { times, threadOf: find, call });
    if (standing === "settled") settled = addSettled(settled, request);
    else if (standing === "pending") requests.push(request);
  }
  return { requests, settled };
}

/** The input for {@linkcode judgeRequest} beside the request. */
export interface RequestContext {
  readonly times: StopTimes;
  readonly threadOf: (id: string) => ThreadState;
  /** The request's call; null if it is not known. */
  readonly call: CallState | null;
}

/**
 * Decides on a request. It is `over` if its thread has halted since, or was answered. It is
 * `settled` if its call has continued or was abandoned. Without a known call it is settled if its
 * thread was active since.
 */
export function judgeRequest(
  { at, kind, key, thread: id }: PendingRequest,
  { times, threadOf: find, call }: RequestContext,
): "over" | "settled" | "pending" {
  const thread = find(id);
  const isOver = isBefore(at, deadlineOf(times, thread)) ||
    kind === "question" && isBefore(at, thread.answered);
  if (isOver) return "over";
  const isSettled = call === null
    ? key === null && isBefore(at, thread.said?.[0] ?? null)
    : isBefore(at, endOf(call)?.at ?? null) ||
      isBefore(at, call.start?.at ?? null) ||
      isBefore(at, deadlineOf(times, find(threadOf(call))));
  return isSettled ? "settled" : "pending";
}

/** Returns the request of a mark. */
export function pendingOf(mark: Mark, key: string | null): PendingRequest {
  const [kind, at, thread, , tool = null, , message = null] = mark;
  const isOfCall = kind === "permission" || kind === "notice";
  return { at, thread, kind: isOfCall ? kind : "question", key, tool, message };
}
