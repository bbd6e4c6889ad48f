// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The model's calls: which events are about one, and what they say together.
 * @module
 */
import { compareSeen, FAMILIES, firstText, type Seen, text } from "./event.ts";
import {
  callIdOf,
  costOf,
  errorOf,
  inputKeyOf,
  latencyOf,
  numberOf,
  type Outcome,
  outcomeOf,
  pathsOf,
  startedAgent,
  summaryOf,
  toolOf,
} from "./result.ts";

/** One tool call. */
export interface ModelCall {
  /** The agent's id for it, null if it gave none. */
  id: string | null;
  thread: string;
  tool: string;
  events: Seen[];
  /** The first event that says that it began. */
  start: Seen | null;
  /** The last event that says how it ended. */
  end: Seen | null;
  /** How it went; null: nothing tells. */
  outcome: Outcome | null;
  error: string | null;
  latencyMs: number | null;
  tokensIn: number | null;
  tokensOut: number | null;
  reasoning: number | null;
  cost: number | null;
  paths: string[];
  summary: string | null;
  inputKey: string | null;
  /** The subagent that its result names. */
  startsAgent: string | null;
  subagentType: string | null;
  /** Its result came at once, while what it started goes on. */
  isAsync: boolean;
}

/**
 * An event that follows the end of a call within this time belongs to that call, unless it belongs
 * to another.
 */
const SLACK_MS = 2000;
const IS_CALL = new Set([
  "call_start",
  "call_end",
  "call_failed",
  "call_denied",
]);

/** Whether an event is about a call. */
export function isAboutCall({ meaning }: Seen): boolean {
  return IS_CALL.has(meaning);
}

/** Finds the calls of one session's events. */
export function findCalls(events: readonly Seen[]): ModelCall[] {
  const sorted = [...events].sort(compareSeen);
  const groups = new Map<string, Seen[]>();
  for (const event of sorted) {
    const id = isAboutCall(event) ? callIdOf(event) : null;
    if (id !== null) groups.set(id, [...groups.get(id) ?? [], event]);
  }
  const named = [...groups.values()];
  const unnamed: Seen[][] = [];
  let open: Seen[][] = [];
  for (const event of sorted) {
    open = open.filter((group) => !endsTurnOf(event, threadOfGroup(group)));
    if (!isAboutCall(event) || callIdOf(event) !== null) continue;
    const fits = (slackMs: number) =>
      named.find((group) => isAround(group, event, { sorted, slackMs }));
    const joined = fits(0) ?? fits(SLACK_MS);
    if (joined !== undefined) {
      joined.push(event);
      continue;
    }
    if (event.meaning === "call_start") {
      const group = [event];
      unnamed.push(group);
      open.push(group);
      continue;
    }
    const match = open.find(([start]) =>
      start !== undefined && start.thread === event.thread &&
      toolOf(start) === toolOf(event) && haveSameInput(start, event)
    );
    if (match === undefined) {
      unnamed.push([event]);
      continue;
    }
    match.push(event);
    open = open.filter((group) => group !== match);
  }
  return [
    ...named.map(toCall),
    ...unnamed.map(toCall),
  ];
}

/**
 * Whether an event of Cursor's families stands for a call that another family names: the same
 * thing, while it is open.
 */
function isAround(
  group: readonly Seen[],
  event: Seen,
  { sorted, slackMs }: { sorted: readonly Seen[]; slackMs: number },
): boolean {
  if (!(event.name in FAMILIES)) return false;
  const [first] = group;
  if (first === undefined || first.meaning !== "call_start") return false;
  const end = group.find(({ meaning, name }) =>
    meaning !== "call_start" && !(name in FAMILIES)
  );
  // A call that ends later runs until then, even if its turn stopped before.
  const isStopped = end === undefined &&
    sorted.some((stop) =>
      endsTurnOf(stop, first.thread) && compareSeen(stop, first) > 0 &&
      compareSeen(stop, event) < 0
    );
  if (isStopped) return false;
  if (event.ms < first.ms) return false;
  if (end !== undefined && event.ms > end.ms + slackMs) return false;
  if (group.some(({ name }) => name === event.name)) return false;
  const tool = toolOf(first) ?? "";
  if (/MCPExecution$/.test(event.name)) {
    return tool.replace(/^MCP:/, "") === toolOf(event);
  }
  const kind = /File/.test(event.name)
    ? /Edit/.test(event.name) ? /edit|write/i : /read/i
    : /shell/i;
  return kind.test(tool) && summaryOf(first) === summaryOf(event);
}

function haveSameInput(start: Seen, end: Seen): boolean {
  const [a, b] = [inputKeyOf(start), inputKeyOf(end)];
  return a === null || b === null || a === b;
}

function threadOfGroup(group: readonly Seen[]): string {
  return group[0]?.thread ?? "";
}

/** Whether an event says that nothing of a thread runs any more. */
export function endsTurnOf(event: Seen, thread: string): boolean {
  if (event.meaning === "session_end") return true;
  if (event.thread !== thread) return false;
  // Cursor's names no subagent; it is not the session's own agent that stops.
  return isTurnEnd(event) || event.meaning === "subagent_stop" && thread !== "";
}

/** Whether the agent itself has stopped working for the user by this event, or begins anew. */
export function isTurnEnd(event: Seen): boolean {
  return ["prompt", "turn_end", "turn_failed", "interrupt"]
    .includes(event.meaning) || isIdlePrompt(event);
}

/** Whether the agent says that it waits for a prompt. */
export function isIdlePrompt({ meaning, fields }: Seen): boolean {
  if (meaning !== "notification") return false;
  return fields.notification_type === undefined
    ? text(fields, "message")?.endsWith(" is waiting for your input") === true
    : fields.notification_type === "idle_prompt";
}

function toCall(group: readonly Seen[]): ModelCall {
  const events = [...group].sort(compareSeen);
  const starts = events.filter(({ meaning }) => meaning === "call_start");
  // Cursor's tool events take precedence over its other events of the same call.
  const isOwn = (event: Seen) => callIdOf(event) !== null;
  const all = events.filter(({ meaning }) => meaning !== "call_start");
  const ends = [...all.filter((end) => !isOwn(end)), ...all.filter(isOwn)];
  const start = starts[0] ?? null;
  const end = ends.at(-1) ?? null;
  const newest = <T>(
    read: (event: Seen) => T | null,
    of = [...starts, ...ends],
  ) => of.map(read).findLast((value) => value !== null) ?? null;
  const thread = start?.thread ?? end?.thread ?? "";
  const teller = ends.findLast((event) => outcomeOf(event) !== null) ?? null;
  return {
    id: newest(callIdOf),
    thread,
    // The event with the id has the tool's own name; a family only stands for it.
    tool: events.filter((event) => callIdOf(event) !== null).map(toolOf)[0] ??
      events.map(toolOf).find((tool) => tool !== null) ?? "unknown",
    events,
    start,
    end,
    outcome: teller === null ? null : outcomeOf(teller),
    error: teller === null ? null : errorOf(teller),
    latencyMs: newest(latencyOf, ends),
    tokensIn: newest((event) => numberOf(event, "input_tokens")),
    tokensOut: newest((event) => numberOf(event, "output_tokens")),
    reasoning: newest((event) => numberOf(event, "reasoning_tokens")),
    cost: newest(costOf),
    paths: [...new Set(events.flatMap(pathsOf))].sort(),
    summary: events.map(summaryOf).find((summary) => summary !== null) ?? null,
    inputKey: events.map(inputKeyOf).find((key) => key !== null) ?? null,
    startsAgent: newest(startedAgent),
    subagentType: events.map(subagentTypeOf).find((type) => type !== null) ??
      null,
    isAsync: ends.some(({ fields }) =>
      JSON.stringify(fields.tool_response ?? null).includes("async_launched")
    ),
  };
}

function subagentTypeOf(event: Seen): string | null {
  const input = event.fields.tool_input;
  if (typeof input !== "object" || input === null) return null;
  return firstText(Object.fromEntries(Object.entries(input)), "subagent_type");
}
