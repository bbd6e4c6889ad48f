// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The state of a session's own thread, and of each of its subagents.
 * @module
 */
import { parseExact, printExact, withoutEmpty } from "./_exact_text.ts";
import type { Moment } from "./moment.ts";

/** The activity of a thread according to an event. */
export type Saying = "working" | "idle" | "failed";

/** A thread. Immutable. */
export interface ThreadState {
  /** The subagent's id; "" for the session itself. */
  readonly id: string;
  readonly type: string | null;
  /** A hash of its task, if its start tells. */
  readonly task: string | null;
  /** Its first and its last start. */
  readonly firstStart: Moment | null;
  readonly lastStart: Moment | null;
  /** Its last end: its own, or that of the call that waited for it. */
  readonly stop: Moment | null;
  /** The end of an unnamed subagent that was matched with it. */
  readonly strayStop: Moment | null;
  /** Its last halt: earlier calls are no longer running. */
  readonly halt: Moment | null;
  /** The last answer of the user. */
  readonly answered: Moment | null;
  /** Its last known activity. */
  readonly said:
    | readonly [at: Moment, state: Saying, message: string | null]
    | null;
  /** The last time when it waited for a prompt, as a notification tells. */
  readonly idled: Moment | null;
  /** The id of the call that started it, if its start tells. */
  readonly callId: string | null;
}

const THREAD = "@";

/** Returns the key of a thread's row. */
export function threadKey(id: string): string {
  return THREAD + id;
}

/** Whether the row with a key is a thread. */
export function isThreadKey(key: string): boolean {
  return key.startsWith(THREAD);
}

/** Returns a thread without events. */
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
    idled: null,
    callId: null,
  };
}

/** Prints a thread as the body of its row. */
export function printThreadBody(thread: ThreadState): string {
  return printExact(packThread(thread));
}

/** Reads the body of a thread's row. */
export function parseThreadBody(body: string): ThreadState {
  return unpackThread(parseExact<PackedThread>(body));
}

/** A thread without empty members. */
export type PackedThread = Partial<ThreadState> & Pick<ThreadState, "id">;

/** Returns a thread without its empty members. */
export function packThread(thread: ThreadState): PackedThread {
  return { ...withoutEmpty(thread), id: thread.id };
}

/** Returns a thread with all its members. */
export function unpackThread(packed: PackedThread): ThreadState {
  return { ...newThread(packed.id), ...packed };
}
