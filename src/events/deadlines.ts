// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Since when a thread does something else: calls from before that do not run any more.
 * @module
 */
import { isBefore, laterOf, type Moment } from "./moment.ts";
import type { Background, SessionState } from "./session_state.ts";
import type { ThreadState } from "./thread_state.ts";

/** The part of a session's state that decides when its threads stopped. */
export type StopTimes = Pick<SessionState, "end" | "background">;

/** The last moment at which the thread's earlier calls were over; null if there was none. */
export function deadlineOf(
  state: StopTimes,
  thread: ThreadState,
): Moment | null {
  return laterOf(thread.halt, stopOf(state, thread));
}

/** The last moment at which the thread itself ended: with its session, or as a subagent. */
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

/** All moments at which a subagent is known to have ended by itself. */
export function ownStopsOf(state: StopTimes, thread: ThreadState): Moment[] {
  return [thread.stop, thread.strayStop, leftOutAt(state, thread.id)]
    .filter((at) => at !== null);
}

/** The moment at which a subagent that does not run was told to have ended; null where nothing told it. */
export function ownStopOf(thread: ThreadState): Moment | null {
  const own = laterOf(thread.stop, thread.strayStop);
  return isBefore(own, thread.lastStart) ? null : own;
}

/** When a turn's end last named what goes on in the background, and the subagent was not in it; null if it never was left out. */
function leftOutAt({ background }: StopTimes, id: string): Moment | null {
  if (background === null) return null;
  const { at, ids } = background;
  return Object.hasOwn(ids, id) ? ids[id] ?? null : at;
}

/** Takes what the end of a turn names. */
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
