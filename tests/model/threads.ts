// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's threads: a session's own, and one for each subagent; who started which, and until
 * when each one ran.
 * @module
 */
import { endsTurnOf, type ModelCall } from "./calls.ts";
import { asFields, compareSeen, type Seen, text } from "./event.ts";
import { callIdOf } from "./result.ts";

/** A subagent. */
export interface ModelThread {
  id: string;
  type: string | null;
  /** Its SubagentStart, the newest one. */
  start: Seen | null;
  firstStart: Seen | null;
  /** The event that says that it ended, of those after its start the last. */
  stop: Seen | null;
  /** All that says that it no longer runs, oldest first. */
  ends: Seen[];
  /** The call that started it; null: nothing tells. */
  parent: ModelCall | null;
}

const SUBAGENT_TOOLS = new Set(["Task", "Agent", "task"]);

/** Finds the subagents of a session. */
export function findThreads(
  calls: readonly ModelCall[],
  events: readonly Seen[],
): ModelThread[] {
  const sorted = [...events].sort(compareSeen);
  const starts = sorted.filter(({ meaning }) => meaning === "subagent_start");
  const stops = nameStops(sorted);
  const ids = new Set(
    [
      ...calls.map(({ thread }) => thread),
      ...starts.map(({ thread }) => thread),
      ...stops.map(({ thread }) => thread),
    ].filter((id) => id !== ""),
  );
  const threads = [...ids].map((id): ModelThread => ({
    id,
    type: typeOf([...starts, ...stops, ...calls.flatMap((call) => call.events)]
      .filter(({ thread }) => thread === id)),
    start: starts.findLast(({ thread }) => thread === id) ?? null,
    firstStart: starts.find(({ thread }) => thread === id) ?? null,
    stop: null,
    ends: [],
    parent: null,
  }));
  link(threads, calls, starts, sorted);
  for (const thread of threads) {
    thread.stop = sorted.findLast((event) =>
      (isReport(event, thread) ||
        stops.some((stop) =>
          stop.event === event && stop.thread === thread.id
        )) &&
      (thread.start === null || compareSeen(event, thread.start) > 0)
    ) ?? null;
    thread.ends = sorted.flatMap((event) => {
      const stop = stops.find(({ event: one }) => one === event);
      const isEnd = stop?.thread === thread.id ||
        endsTurnOf(event, thread.id) ||
        isNoLongerListed(event, thread.id) ||
        isReport(event, thread);
      return isEnd ? [event] : [];
    });
  }
  return threads;
}

/** Whether an event is the result of the call that waited for the subagent. */
function isReport(event: Seen, { id, parent }: ModelThread): boolean {
  return event === parent?.end && parent.startsAgent === id && !parent.isAsync;
}

/** Whether a thread runs after all events. */
export function runs({ start, ends }: ModelThread): boolean {
  const end = ends.at(-1);
  return start !== null && (end === undefined || compareSeen(start, end) > 0);
}

/** The event that stopped a call without an end of its own; null if there is none. */
export function stopOf(call: ModelCall, told: Told): Seen | null {
  return call.end === null ? firstStopOf(call, told) : null;
}

/** The events of a session besides those of its calls. */
interface Told {
  threads: readonly ModelThread[];
  events: readonly Seen[];
}

/** The first event after which a call was not taken to run any more, even if an end came later. */
export function firstStopOf(
  call: ModelCall,
  { threads, events }: Told,
): Seen | null {
  const { start } = call;
  if (start === null) return null;
  const ends = call.thread === ""
    ? [...events].sort(compareSeen).filter((event) => endsTurnOf(event, ""))
    : threads.find(({ id }) => id === call.thread)?.ends ?? [];
  return ends.find((end) => compareSeen(end, start) > 0) ?? null;
}

/**
 * A stop, and whose it is: Cursor's names no subagent, so it is the oldest one of its kind that
 * runs.
 */
function nameStops(
  sorted: readonly Seen[],
): { event: Seen; thread: string; fields: Seen["fields"] }[] {
  let running: Seen[] = [];
  const stops = [];
  for (const event of sorted) {
    const { meaning, thread, fields } = event;
    if (meaning === "session_end") running = [];
    if (meaning === "subagent_start") {
      running = running.filter((start) => start.thread !== thread);
      running.push(event);
    }
    if (meaning !== "subagent_stop") continue;
    const at = running.findIndex((start) =>
      thread !== "" ? start.thread === thread : isSameKind(start, event)
    );
    const [start] = at < 0 ? [] : running.splice(at, 1);
    stops.push({ event, thread: thread || start?.thread || "", fields });
  }
  return stops;
}

function isSameKind(start: Seen, stop: Seen): boolean {
  const same = (key: string) => {
    const [a, b] = [text(start.fields, key), text(stop.fields, key)];
    return a === null || b === null || a === b;
  };
  return same("subagent_type") && same("task");
}

function typeOf(events: readonly Pick<Seen, "fields">[]): string | null {
  return events.map(({ fields }) =>
    text(fields, "agent_type") ?? text(fields, "subagent_type")
  ).find((type) => type !== null) ?? null;
}

/**
 * Which call started which subagent: as a result says, as a start says, else the only one that can
 * have.
 */
function link(
  threads: readonly ModelThread[],
  calls: readonly ModelCall[],
  starts: readonly Seen[],
  sorted: readonly Seen[],
): void {
  for (const thread of threads) {
    const named = starts.filter((start) => start.thread === thread.id)
      .map(callIdOf).findLast((id) => id !== null);
    thread.parent = calls.find(({ startsAgent }) =>
      startsAgent === thread.id
    ) ??
      (named ? calls.find(({ id }) => id === named) : undefined) ?? null;
  }
  while (linkOnlyOnes(threads, calls, sorted) > 0);
}

/** Links subagents of which only one call can have started each, and it no other. */
function linkOnlyOnes(
  threads: readonly ModelThread[],
  calls: readonly ModelCall[],
  sorted: readonly Seen[],
): number {
  const claims = threads.flatMap((thread) => {
    const { firstStart, parent, id, type } = thread;
    if (firstStart === null || parent !== null) return [];
    const able = calls.filter((call) =>
      SUBAGENT_TOOLS.has(call.tool) && call.startsAgent === null &&
      isOpenAt(call, firstStart, sorted) && !isBelow(call, id, threads) &&
      !threads.some((other) => other.parent === call) &&
      (type === null || call.subagentType === null ||
        type === call.subagentType)
    );
    const [only] = able;
    return only === undefined || able.length > 1 ? [] : [{ thread, only }];
  });
  const sure = claims.filter(({ only }) =>
    claims.filter((claim) => claim.only === only).length === 1
  );
  for (const { thread, only } of sure) thread.parent = only;
  return sure.length;
}

/** Whether a call was made by a subagent, or by one that it started, and so on. */
function isBelow(
  call: ModelCall,
  id: string,
  threads: readonly ModelThread[],
): boolean {
  if (call.thread === id) return true;
  const parent = threads.find((thread) => thread.id === call.thread)?.parent;
  return parent ? isBelow(parent, id, threads) : false;
}

function isOpenAt(
  { start, end, thread }: ModelCall,
  at: Seen,
  sorted: readonly Seen[],
): boolean {
  if (start === null || compareSeen(start, at) > 0) return false;
  if (end !== null) return compareSeen(end, at) > 0;
  return !sorted.some((event) =>
    endsTurnOf(event, thread) && compareSeen(event, start) > 0 &&
    compareSeen(event, at) < 0
  );
}

/** The background tasks that a Stop lists as running; null where it lists none at all. */
export function backgroundOf({ fields }: Seen): string[] | null {
  const tasks = fields.background_tasks;
  if (!Array.isArray(tasks)) return null;
  return tasks.flatMap((task) => {
    const fields = asFields(task);
    const id = text(fields, "id");
    const status = text(fields, "status") ?? "running";
    return id === null || status !== "running" ? [] : [id];
  });
}

function isNoLongerListed(event: Seen, thread: string): boolean {
  if (event.meaning !== "turn_end" || event.thread !== "") return false;
  const listed = backgroundOf(event);
  return listed !== null && !listed.includes(thread);
}
