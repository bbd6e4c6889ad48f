// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is known of a session's own thread, and of each of its subagents.
 * @module
 */
import { parseExact, printExact } from "./_exact_text.ts";
import type { Moment } from "./moment.ts";

/** What an event says that a thread is doing. */
export type Saying = "working" | "idle" | "failed";

/** A thread; replaced as a whole, never changed. */
export interface ThreadState {
  /** The subagent's id; "" for the session itself. */
  readonly id: string;
  readonly type: string | null;
  /** A hash of what it was told to do, where its start tells. */
  readonly task: string | null;
  /** Its first and its last start that an event told. */
  readonly firstStart: Moment | null;
  readonly lastStart: Moment | null;
  /** Its last end: that of the subagent, or of the call that waited for it. */
  readonly stop: Moment | null;
  /** The end that was taken to be its own, from an event that does not say whose it is. */
  readonly strayStop: Moment | null;
  /** The last event that ended what it was doing: calls from before that are not running any more. */
  readonly halt: Moment | null;
  /** The last answer that it was given. */
  readonly answered: Moment | null;
  /** What it was last said to be doing. */
  readonly said:
    | readonly [at: Moment, state: Saying, message: string | null]
    | null;
  /** The id of the call that started it, where its start tells. */
  readonly callId: string | null;
}

const THREAD = "@";

/** The key of a thread's row. */
export function threadKey(id: string): string {
  return THREAD + id;
}

/** Whether the row with that key is a thread. */
export function isThreadKey(key: string): boolean {
  return key.startsWith(THREAD);
}

/** A thread of which nothing is known yet. */
export function newThread(id: string): ThreadState {
  return {
    id,
    type: null,
    task: null,
    firstStart: null,
    lastStart: null,
    stop: null,
    strayStop: null,
    halt: null,
    answered: null,
    said: null,
    callId: null,
  };
}

/** Prints a thread as the body of its row. */
export function printThreadBody(thread: ThreadState): string {
  return printExact(thread);
}

/** Reads the body of a thread's row. */
export function parseThreadBody(body: string): ThreadState {
  return parseExact<ThreadState>(body);
}
