// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies one event to its session.
 * @module
 */
import { applyRequests, type Circumstances } from "./_apply_requests.ts";
import { Draft } from "./_draft.ts";
import { addThread, applyStray, fileThreads } from "./_threads.ts";
import { rebuildUnnamed, UnnamedCalls } from "./_unnamed_calls.ts";
import type { CallAccess, CallRow } from "./call_access.ts";
import {
  addHalf,
  type CallRole,
  type CallState,
  namedKey,
  newCall,
} from "./call_state.ts";
import { findCopy, rememberCopy } from "./copies.ts";
import { addBackground } from "./deadlines.ts";
import type { Facts } from "./facts.ts";
import type { CallHalf } from "./_call_half.ts";
import {
  isHalt,
  type Mark,
  markKey,
  markOf,
  MARKS_A_ROW,
  printMarks,
} from "./marks.ts";
import { isBefore, laterOf, type Moment } from "./moment.ts";
import type { SessionState, Told } from "./session_state.ts";
import { countUsage } from "./session_sums.ts";

/** The effect of an event on a session. */
export interface AppliedFacts {
  readonly state: SessionState;
  /** Rows to write. */
  readonly rows: readonly CallRow[];
  /** Keys of rows to delete, if they exist. */
  readonly removed: readonly string[];
  /**
   * Whether the event is a copy of a stored one. Do not store it; store the state if it changed.
   */
  readonly duplicate: boolean;
}

/** Options of {@linkcode applyFacts}. */
export interface ApplyOptions {
  /** Whether the event is already stored. A copy is then counted and changes nothing else. */
  readonly keepCopies?: boolean;
  /** Maximum number of calls that a late event may read again, for agents that send no copies. */
  readonly maxLateCalls?: number;
}

/**
 * Applies one event. The order in which a session's events are applied does not change the result.
 *
 * @param state Not changed.
 * @throws {LateEventError} If the event is late, and the session has more calls than allowed.
 */
export function applyFacts(
  state: SessionState,
  facts: Facts,
  access: CallAccess,
  { keepCopies = false, maxLateCalls = Infinity }: ApplyOptions = {},
): AppliedFacts {
  const copy = findCopy(state.copies, facts);
  if (copy !== null) {
    const { copies } = copy;
    const now = keepCopies ? countEvent({ ...state, copies }, facts) : {
      ...state,
      copies,
    };
    return { state: now, rows: [], removed: [], duplicate: !keepCopies };
  }
  const told = countEvent(tell(state, facts), facts);
  const isLate = isBefore(facts.at, state.latest);
  // While a session waits for a rebuild, copies of its events cannot be recognized.
  const hasCopies = facts.copyKey !== null;
  const maxRead = isLate && !hasCopies ? maxLateCalls : Infinity;
  return applyNew(facts, new Draft(told, access, { maxRead }), {
    state: told,
    isLate,
  });
}

function applyNew(
  facts: Facts,
  draft: Draft,
  { state, isLate }: { state: SessionState; isLate: boolean },
): AppliedFacts {
  const { at, meaning, background } = facts;
  if (meaning === "session_end") draft.end = laterOf(draft.end, at);
  if (background !== null && facts.thread === "") {
    draft.background = addBackground(draft.background, background, at);
    for (const id of background) draft.findThread(id);
  }
  const mark = markOf(facts);
  addThread(draft, facts);
  const marks = keepMark(draft, state, mark);
  const hasStrays = applyStray(draft, facts, {
    hasStrays: state.hasStrays,
    isLate,
    marks: marks.kept,
  });
  const { recent, key, isAgain } = applyCall(draft, state, facts, {
    isLate,
    marks: marks.kept,
  });
  draft.fileOpen();
  const requests = applyRequests(draft, state, facts, {
    isLate,
    mark,
    marks: marks.kept,
    key,
    isAgain,
  });
  fileThreads(draft, requests.requests);
  const { open, threads, rows, removed } = draft.result(state);
  const matters = mark !== null || facts.call !== null ||
    meaning === "subagent_start";
  return {
    state: {
      ...state,
      end: draft.end,
      background: draft.background,
      sums: draft.sums,
      spilled: draft.spilled,
      spills: draft.spills,
      open,
      threads,
      recent,
      requests: requests.requests,
      settled: requests.settled,
      hasStrays,
      hasUnnamed: state.hasUnnamed ||
        roleOf(facts) !== null && facts.callId === null,
      latest: matters ? laterOf(state.latest, at) : state.latest,
      marks: marks.kept,
      markRows: marks.rows,
      copies: rememberCopy(state.copies, facts),
    },
    rows,
    removed,
    duplicate: false,
  };
}

/** Counts the event and its time. */
function countEvent(state: SessionState, { at: [ms] }: Facts): SessionState {
  const { firstMs, lastMs } = state;
  return {
    ...state,
    events: state.events + 1,
    firstMs: firstMs === null || ms < firstMs ? ms : firstMs,
    lastMs: lastMs === null || ms > lastMs ? ms : lastMs,
  };
}

/** Applies the facts about the session as a whole. */
function tell(state: SessionState, facts: Facts): SessionState {
  const { at, agent, proven } = facts;
  const isAgent = state.agent === null ||
    (proven === state.agentProven ? !isBefore(at, state.agent[1]) : proven);
  const { title } = state;
  return {
    ...state,
    agent: isAgent ? [agent, at] : state.agent,
    agentProven: state.agentProven || proven,
    model: newest(state.model, facts.model, at),
    trace: newest(state.trace, facts.tracePath, at),
    version: newest(state.version, facts.agentVersion, at),
    os: newest(state.os, facts.os, at),
    arch: newest(state.arch, facts.arch, at),
    parent: newest(state.parent, facts.parentSessionId, at),
    branch: newest(state.branch, facts.branch, at),
    title: facts.title !== null &&
        (title === null || isBefore(at, title[1]))
      ? [facts.title, at]
      : title,
    sums: isOfCall(facts) ? state.sums : countUsage(state.sums, facts),
  };
}

/** Whether the usage of the event is counted with its call. */
function isOfCall({ meaning }: Facts): boolean {
  return meaning === "call_start" || meaning === "call_end" ||
    meaning === "call_failed" || meaning === "call_denied";
}

function newest(
  old: Told<string> | null,
  value: string | null,
  at: Moment,
): Told<string> | null {
  if (value === null || old !== null && isBefore(at, old[1])) return old;
  return [value, at];
}

/** Keeps a mark. A full list of marks is moved to a row. */
function keepMark(
  draft: Draft,
  state: SessionState,
  mark: Mark | null,
): { kept: readonly Mark[]; rows: number } {
  const { marks, markRows } = state;
  if (mark === null) return { kept: marks, rows: markRows };
  const kept = [...marks, mark];
  if (kept.length < MARKS_A_ROW) return { kept, rows: markRows };
  draft.putRow(markKey(markRows), printMarks(kept));
  return { kept: [], rows: markRows + 1 };
}

/** Returns the role of the event in a call, or null. */
function roleOf({ meaning, callId }: Facts): CallRole | null {
  switch (meaning) {
    case "call_start":
      return "start";
    case "call_end":
    case "call_failed":
    case "call_denied":
      return "end";
    case "permission":
      return callId === null ? null : "ask";
    default:
      return null;
  }
}

/** The effect of an event on calls: the calls that have just ended, and the key of its own call. */
interface AppliedCall {
  readonly recent: readonly CallState[];
  readonly key: string | null;
  /** Whether the call was already known beyond its start. Matches with it may have changed. */
  readonly isAgain: boolean;
}

/** Applies an event to the calls. */
function applyCall(
  draft: Draft,
  state: SessionState,
  facts: Facts,
  { isLate, marks }: Circumstances,
): AppliedCall {
  const { callId, call: half } = facts;
  const role = roleOf(facts);
  const joins = facts.agent === "cursor";
  const { recent, hasUnnamed } = state;
  const rebuild = (own: CallHalf | null) =>
    rebuildUnnamed(draft, draft.readAll(marks), {
      half: own,
      ends: role === "end",
      joins,
    });
  if (role === null || half === null) {
    const isHard = isLate && hasUnnamed && endsCalls(facts);
    return {
      recent: isHard ? rebuild(null) : recent,
      key: null,
      isAgain: false,
    };
  }
  const unnamed = new UnnamedCalls(draft, { recent, joins });
  const isHard = isLate || draft.spilled !== null;
  if (callId !== null) {
    const key = namedKey(callId);
    const before = draft.find(key);
    draft.put(addHalf(before ?? newCall(key, callId), role, half), before);
    if (role === "end") applySpawn(draft, half.startsAgent, half);
    const isAgain = before !== null &&
      (before[role] !== null || before.end !== null);
    if ((isHard || isAgain) && hasUnnamed && joins) {
      return { recent: rebuild(null), key, isAgain };
    }
    if (role === "start") unnamed.startNamed(key);
    if (role === "end") unnamed.endNamed(key);
    return { recent: unnamed.recent, key, isAgain };
  }
  if (isHard) return { recent: rebuild(half), key: null, isAgain: true };
  const key = role === "start" ? unnamed.start(half) : unnamed.end(half);
  return { recent: unnamed.recent, key, isAgain: false };
}

/** Whether the event ends the calls of a thread. */
function endsCalls(facts: Facts): boolean {
  return isHalt(facts) || facts.meaning === "session_end" ||
    facts.meaning === "subagent_stop";
}

/** Ends the subagent that a call started and waited for. */
function applySpawn(
  draft: Draft,
  id: string | null,
  { at, inBackground }: { at: Moment; inBackground: boolean },
): void {
  if (id === null || id === "") return;
  const thread = draft.thread(id);
  const stop = inBackground ? thread.stop : laterOf(thread.stop, at);
  draft.putThread({ ...thread, stop });
}
