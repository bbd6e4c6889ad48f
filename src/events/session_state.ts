// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The state of a session between two of its events.
 *
 * A session is a function of the set of its events. Therefore each value here is a sum, or the
 * first or last of something by {@linkcode Moment}. Older details are in rows, which late events
 * read again.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { parseExact, printExact, withoutEmpty } from "./_exact_text.ts";
import type { CallState } from "./call_state.ts";
import type { Mark } from "./marks.ts";
import type { Moment } from "./moment.ts";
import { packCall, type PackedCall, unpackCall } from "./packed_call.ts";
import type { SessionSums, Sum } from "./session_sums.ts";
import {
  type PackedThread,
  packThread,
  type ThreadState,
  unpackThread,
} from "./thread_state.ts";

/** A value and the moment of its event. */
export type Told<T> = readonly [value: T, at: Moment];

/** A request to the user that is not answered yet. */
export interface PendingRequest {
  readonly at: Moment;
  readonly thread: string;
  readonly kind: "permission" | "notice" | "question";
  /** The key of its call; null if none was open. */
  readonly key: string | null;
  readonly tool: string | null;
  readonly message: string | null;
}

/** The background work that the last end of a turn listed, of those that list any. */
export interface Background {
  readonly at: Moment;
  /** For each listed id the last such end that did not list it. */
  readonly ids: Readonly<Record<string, Moment | null>>;
}

/** The last settled requests whose threads have not halted since. */
export interface Settled {
  /** That of the session's own thread, and that of its subagents. */
  readonly own: Moment | null;
  readonly others: Moment | null;
}

/** An event that may arrive again through the hook of another agent. */
export type SeenCopy = readonly [
  key: string,
  ms: Int,
  via: string,
  /** For each hook that has delivered a copy: the hook, then the copy's id. */
  ...paired: readonly string[],
];

/** The state of a session. Immutable. */
export interface SessionState {
  readonly id: string;
  readonly events: number;
  readonly firstMs: Int | null;
  readonly lastMs: Int | null;
  /** The last end of the session. */
  readonly end: Moment | null;
  /** Time at which another session continued its transcript. */
  readonly supersededMs: Int | null;
  readonly agent: Told<string> | null;
  readonly agentProven: boolean;
  readonly model: Told<string> | null;
  readonly trace: Told<string> | null;
  readonly version: Told<string> | null;
  readonly os: Told<string> | null;
  readonly arch: Told<string> | null;
  readonly parent: Told<string> | null;
  readonly branch: Told<string> | null;
  /** That of the first prompt. */
  readonly title: Told<string> | null;
  readonly sums: SessionSums;
  /** The session itself, "", and its subagents that may be working. Others are in rows. */
  readonly threads: Readonly<Record<string, ThreadState>>;
  readonly background: Background | null;
  /** Oldest first. */
  readonly requests: readonly PendingRequest[];
  /**
   * The last requests that were settled by their calls, or left out as repeated notices. A late
   * event may bring them back.
   */
  readonly settled: Settled;
  /** Running calls in the order of their first events, the oldest ones only. */
  readonly open: readonly CallState[];
  /**
   * The first of the running calls that are in rows, because there are too many; null if all are in
   * `open`.
   */
  readonly spilled: Moment | null;
  /** The last of these calls in each thread, by the thread's id. */
  readonly spills: Readonly<Record<string, Moment>> | null;
  /** Calls that have just ended, for Cursor's other events of them. */
  readonly recent: readonly CallState[];
  /** Whether there are calls without an id. */
  readonly hasUnnamed: boolean;
  /** The last event that matters to calls, requests and subagents. An earlier one is late. */
  readonly latest: Moment | null;
  /** Whether there was an end of an unnamed subagent. */
  readonly hasStrays: boolean;
  readonly marks: readonly Mark[];
  /** Number of full rows of marks. */
  readonly markRows: number;
  readonly copies: readonly SeenCopy[];
}

const NO_SUM: Sum = [0, 0];

/** Returns the state of a session without events. */
export function newSessionState(id: string): SessionState {
  return {
    id,
    events: 0,
    firstMs: null,
    lastMs: null,
    end: null,
    supersededMs: null,
    agent: null,
    agentProven: false,
    model: null,
    trace: null,
    version: null,
    os: null,
    arch: null,
    parent: null,
    branch: null,
    title: null,
    sums: {
      calls: 0,
      failed: 0,
      unknown: 0,
      tokensIn: NO_SUM,
      tokensOut: NO_SUM,
      cost: NO_SUM,
      costCalls: 0,
    },
    threads: {},
    background: null,
    requests: [],
    settled: { own: null, others: null },
    open: [],
    spilled: null,
    spills: null,
    recent: [],
    hasUnnamed: false,
    latest: null,
    hasStrays: false,
    marks: [],
    markRows: 0,
    copies: [],
  };
}

/** The state with its calls as lists, and without empty members. */
type PackedState = Omit<SessionState, "open" | "recent" | "threads"> & {
  readonly open?: readonly PackedCall[];
  readonly recent?: readonly PackedCall[];
  readonly threads?: readonly PackedThread[];
};

/** Prints a state for the store. */
export function encodeState(state: SessionState): string {
  return printExact(withoutEmpty({
    ...state,
    settled: hasSettled(state.settled) ? state.settled : null,
    open: state.open.map(packCall),
    recent: state.recent.map(packCall),
    threads: Object.values(state.threads).map(packThread),
  }));
}

/** Whether there is a settled request. */
export function hasSettled({ own, others }: Settled): boolean {
  return own !== null || others !== null;
}

/** Reads the text that {@linkcode encodeState} printed. */
export function decodeState(text: string): SessionState {
  const packed = parseExact<PackedState>(text);
  const { open = [], recent = [], threads = [], ...rest } = packed;
  return {
    ...newSessionState(rest.id),
    ...rest,
    open: open.map(unpackCall),
    recent: recent.map(unpackCall),
    threads: Object.fromEntries(
      threads.map((thread) => [thread.id, unpackThread(thread)]),
    ),
  };
}

/**
 * Notes that another session continued the transcript.
 *
 * @param atMs Start of that session; null if there is none.
 */
export function supersedeSession(
  state: SessionState,
  atMs: Int | null,
): SessionState {
  return state.supersededMs === atMs ? state : { ...state, supersededMs: atMs };
}

/**
 * Returns the time when the session ended; null while it continues. An end counts if no event is
 * later.
 */
export function endMsOf(state: SessionState): Int | null {
  const { end, supersededMs, lastMs } = state;
  const last = lastMs ?? 0;
  if (end !== null && end[0] >= last) return end[0];
  return supersededMs !== null && supersededMs >= last ? supersededMs : null;
}
