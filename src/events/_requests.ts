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

/** A request's description of its call. */
export interface Asked {
  readonly kind: PendingRequest["kind"];
  readonly thread: string;
  readonly callId: string | null;
  readonly tool: string | null;
  readonly inputKey: string | null;
}

/**
 * Finds the call of a request: the one that it names, else the running call with the same
 * arguments, else one of the same tool, else any. Of several the one that began last.
 *
 * @param running Running calls in any order.
 * @returns The key of the call, or null.
 */
function findAsked(
  asked: Asked,
  running: Iterable<CallState>,
): string | null {
  if (asked.callId !== null) return namedKey(asked.callId);
  let best: CallState | null = null;
  let bestLevel = -1;
  for (const call of running) {
    // A call that is told twice has one request. A notice does not name the thread of its call.
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

function askedOf([kind, , thread, callId, tool, inputKey]: Mark): Asked {
  return {
    kind: kind === "permission" || kind === "notice" ? kind : "question",
    thread,
    callId: callId ?? null,
    tool: tool ?? null,
    inputKey: inputKey ?? null,
  };
}

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
  for (const { mark, key } of matched) {
    const request = pendingOf(mark, key);
    const thread = all.threads.get(request.thread) ??
      newThread(request.thread);
    if (isOver(request, deadlineOf(times, thread), thread)) continue;
    const call = key === null ? undefined : all.calls.get(key);
    const caller = call && all.threads.get(threadOf(call));
    const deadline = caller === undefined ? null : deadlineOf(times, caller);
    const isSettled = call === undefined
      ? isPassed(request, thread)
      : hasGoneOn(request, call, deadline);
    if (isSettled) {
      settled = addSettled(settled, request);
    } else requests.push(request);
  }
  return { requests, settled };
}

/**
 * Whether the call of a request continued or was abandoned.
 *
 * @param deadline The deadline of the call's thread.
 */
export function hasGoneOn(
  { at }: PendingRequest,
  call: CallState,
  deadline: Moment | null,
): boolean {
  return isBefore(at, endOf(call)?.at ?? null) ||
    isBefore(at, call.start?.at ?? null) || isBefore(at, deadline);
}

/** Whether the thread has halted since the request, or was answered. */
export function isOver(
  { at, kind }: PendingRequest,
  deadline: Moment | null,
  thread: ThreadState,
): boolean {
  return isBefore(at, deadline) ||
    kind === "question" && isBefore(at, thread.answered);
}

/**
 * Whether the thread was active after a request without a known call. If the call becomes known, it
 * decides.
 */
export function isPassed(
  { at, key }: PendingRequest,
  { said }: ThreadState,
): boolean {
  return key === null && isBefore(at, said?.[0] ?? null);
}

/** Returns the request of a mark. */
export function pendingOf(mark: Mark, key: string | null): PendingRequest {
  const [, at, , , , , message] = mark;
  const { kind, thread, tool } = askedOf(mark);
  return { at, thread, kind, key, tool, message: message ?? null };
}

/** Finds the call of a request among running calls, as {@linkcode matchRequests} does. */
export function matchRequest(
  mark: Mark,
  running: Iterable<CallState>,
): string | null {
  return findAsked(askedOf(mark), running);
}
