// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The moments at which threads halted: earlier calls are no longer running.
 * @module
 */
import { isBefore, laterOf, type Moment } from "./moment.ts";
import type { Background, SessionState } from "./session_state.ts";
import type { ThreadState } from "./thread_state.ts";

/** The part of a session's state that decides when its threads stopped. */
export type StopTimes = Pick<SessionState, "end" | "background">;

/**
 * Returns the last moment at which all earlier calls of a thread were over; null if there is none.
 */
export function deadlineOf(
  state: StopTimes,
  thread: ThreadState,
): Moment | null {
  return laterOf(thread.halt, stopOf(state, thread));
}

/** Returns the last moment at which a thread ended: with its session, or as a subagent. */
export function stopOf(state: StopTimes, thread: ThreadState): Moment | null {
  if (thread.id === "") return state.end;
  const own = laterOf(thread.stop, thread.strayStop);
  return laterOf(state.end, laterOf(own, leftOutAt(state, thread.id)));
}

/** Whether a subagent has started and not ended since. */
export function isRunning(state: StopTimes, thread: ThreadState): boolean {
  const { lastStart } = thread;
  return lastStart !== null && !isBefore(lastStart, stopOf(state, thread));
}

/** Returns all moments at which a subagent ended, apart from the end of its session. */
export function ownStopsOf(state: StopTimes, thread: ThreadState): Moment[] {
  return [thread.stop, thread.strayStop, leftOutAt(state, thread.id)]
    .filter((at) => at !== null);
}

/** Returns the moment at which an event ended a subagent that is not running; null if none did. */
export function ownStopOf(thread: ThreadState): Moment | null {
  const own = laterOf(thread.stop, thread.strayStop);
  return isBefore(own, thread.lastStart) ? null : own;
}

/**
 * Returns the last end of a turn that listed background work without the subagent; null if there is
 * none.
 */
function leftOutAt({ background }: StopTimes, id: string): Moment | null {
  if (background === null) return null;
  const { at, ids } = background;
  return Object.hasOwn(ids, id) ? ids[id] ?? null : at;
}

/** Applies the list of background work at the end of a turn. */
export function addBackground(
  old: Background | null,
  named: readonly string[],
  at: Moment,
): Background {
  const ids: Record<string, Moment | null> = {};
  if (old !== null && isBefore(at, old.at)) {
    for (const [id, leftOut] of Object.entries(old.ids)) {
      ids[id] = named.includes(id) ? leftOut : laterOf(leftOut, at);
    }
    return { at: old.at, ids };
  }
  for (const id of named) {
    ids[id] = leftOutAt({ end: null, background: old }, id);
  }
  return { at, ids };
}
