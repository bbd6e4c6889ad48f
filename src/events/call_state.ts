// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One tool call, put together from the events that are about it, in whatever order they arrive.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { parseExact, printExact } from "./_exact_text.ts";
import { compareBytes } from "./_text.ts";
import type { Outcome } from "./call_outcome.ts";
import type { CallHalf } from "./facts.ts";
import { isBefore, type Moment } from "./moment.ts";

/** A call; replaced as a whole, never changed. */
export interface CallState {
  readonly key: string;
  /** Null for a call whose agent gives it no id. */
  readonly callId: string | null;
  /** The earliest event that asks to allow it by its id. */
  readonly ask: CallHalf | null;
  /** The earliest event that says that it begins. */
  readonly start: CallHalf | null;
  /** The latest event that says how it ended. */
  readonly end: CallHalf | null;
  /** Of a call with an id: the key of the call without one that is the same, told by other events. */
  readonly partKey: string | null;
  /** How that one ended. */
  readonly part: CallHalf | null;
  /** Of a call without an id: the key of the call that it is the same as. */
  readonly whole: string | null;
}

/** Keys of rows begin with a letter each, so that no id of an agent meets another kind of row. */
const NAMED = "=";
const UNNAMED = "~";

/** The key of the call with that id. */
export function namedKey(callId: string): string {
  return NAMED + callId;
}

/** The key of a call without an id, from the first event of it. */
export function unnamedKey(first: Moment): string {
  return `${UNNAMED}${first[0]}:${first[2]}`;
}

/** Whether the row with that key is a call. */
export function isCallKey(key: string): boolean {
  return key.startsWith(NAMED) || key.startsWith(UNNAMED);
}

/** Whether the row with that key is a call without an id. */
export function isUnnamedKey(key: string): boolean {
  return key.startsWith(UNNAMED);
}

/** A call of which nothing is known yet. */
export function newCall(key: string, callId: string | null): CallState {
  return {
    key,
    callId,
    ask: null,
    start: null,
    end: null,
    partKey: null,
    part: null,
    whole: null,
  };
}

/** What an event is to its call. */
export type CallRole = "ask" | "start" | "end";

/** Adds an event: the first question and the first beginning count, and the last end. */
export function addHalf(
  call: CallState,
  role: CallRole,
  half: CallHalf,
): CallState {
  const old = call[role];
  if (old !== null) {
    const replaces = role === "end"
      ? isBefore(old.at, half.at)
      : isBefore(half.at, old.at);
    if (!replaces) return call;
  }
  return { ...call, [role]: half };
}

/** The event that says how it ended, or null. */
export function endOf(call: CallState): CallHalf | null {
  return call.end ?? call.part;
}

/** The first event that is known of it. */
function firstHalf(call: CallState): CallHalf {
  let first: CallHalf | null = null;
  for (const half of [call.ask, call.start, call.end]) {
    if (half === null) continue;
    if (first === null || isBefore(half.at, first.at)) first = half;
  }
  if (first !== null) return first;
  throw new TypeError(`Cannot read call "${call.key}": it has no event`);
}

/** When it was first heard of: its beginning, if that is known, however late a question or an end says it was. */
export function seenAt(call: CallState): Moment {
  return call.start?.at ?? firstHalf(call).at;
}

/** The subagent that made it; "" for the session itself. */
export function threadOf(call: CallState): string {
  return (call.start ?? call.end ?? call.ask)?.thread ?? "";
}

/** The tool, or null. */
export function toolOf(call: CallState): string | null {
  return call.start?.tool ?? call.end?.tool ?? call.ask?.tool ?? null;
}

/** The key of its arguments, or null. */
export function inputOf(call: CallState): string | null {
  return call.start?.inputKey ?? call.end?.inputKey ?? null;
}

/** Its arguments in a line, or null. */
export function summaryOf(call: CallState): string | null {
  return call.start?.summary ?? call.end?.summary ?? call.ask?.summary ?? null;
}

/** How it ended; null while it runs, and where nothing tells. */
export function outcomeOf(call: CallState): Outcome | null {
  return call.end?.outcome ?? call.part?.outcome ?? null;
}

/** First line of what went wrong, or null. */
export function errorOf(call: CallState): string | null {
  return call.end?.error ?? call.part?.error ?? null;
}

/** How long it took, as the agent says, or null. */
export function latencyOf(call: CallState): number | null {
  return call.end?.latencyMs ?? call.part?.latencyMs ?? null;
}

/** The names of usage figures. */
type UsageName = "tokensIn" | "tokensOut" | "reasoningTokens";

/** A count of tokens; what its end says goes before what its beginning says. */
export function tokensOf(call: CallState, name: UsageName): number | null {
  const { end, part, start } = call;
  return end?.[name] ?? part?.[name] ?? start?.[name] ?? null;
}

/** What it cost, likewise. */
export function costOf(call: CallState): Int | null {
  const { end, part, start } = call;
  return end?.costUsdE6 ?? part?.costUsdE6 ?? start?.costUsdE6 ?? null;
}

/** Type of the subagent that it starts, or null. */
export function subagentTypeOf(call: CallState): string | null {
  return call.start?.subagentType ?? call.end?.subagentType ?? null;
}

/** Files that it names, sorted by bytes, each once. */
export function pathsOf(call: CallState): readonly string[] {
  const { start, end } = call;
  const found = new Set([
    ...start?.paths ?? [],
    ...end?.paths ?? [],
    ...call.part?.paths ?? [],
  ]);
  return [...found].sort(compareBytes);
}

/** Stands for what the half before it in the row has, too: an end tells again what its beginning told. */
const SAME = 0;
type OrSame<T> = T | typeof SAME;

/** A half in a list without names and without what is missing at its end: rows are small, and many. */
type PackedHalf = readonly [
  at: Moment,
  thread: OrSame<string>,
  tool: OrSame<string | null>,
  inputKey: OrSame<string | null>,
  summary: OrSame<string | null>,
  paths: OrSame<readonly string[] | null>,
  subagentType: OrSame<string | null>,
  outcome: Outcome | null,
  error: string | null,
  latencyMs: number | null,
  waitMs: number | null,
  tokensIn: number | null,
  tokensOut: number | null,
  reasoningTokens: number | null,
  costUsdE6: Int | null,
  startsAgent: string | null,
  inBackground: boolean | null,
];

/** A call likewise. */
export type PackedCall = readonly [
  key: string,
  callId: string | null,
  ask: Partial<PackedHalf> | null,
  start: Partial<PackedHalf> | null,
  end: Partial<PackedHalf> | null,
  partKey?: string | null,
  part?: Partial<PackedHalf> | null,
  whole?: string | null,
];

/** Makes the list of a call that is stored. */
export function packCall(call: CallState): readonly unknown[] {
  const { key, callId, ask, start, end, partKey, part, whole } = call;
  const halves = [pack(ask, null), pack(start, ask), pack(end, start)];
  const packed = [key, callId, ...halves];
  return partKey === null && whole === null
    ? packed
    : [...packed, partKey, pack(part, null), whole];
}

/** Makes the call of a list. */
export function unpackCall(packed: PackedCall): CallState {
  const [key, callId, packedAsk, packedStart, packedEnd] = packed;
  const [, , , , , partKey, part, whole] = packed;
  const ask = unpack(packedAsk, null);
  const start = unpack(packedStart, ask);
  return {
    key,
    callId,
    ask,
    start,
    end: unpack(packedEnd, start),
    partKey: partKey ?? null,
    part: unpack(part ?? null, null),
    whole: whole ?? null,
  };
}

/** Prints a call as the body of its row. */
export function printCallBody(call: CallState): string {
  return printExact(packCall(call));
}

/** Reads the body of a call's row. */
export function parseCallBody(body: string): CallState {
  return unpackCall(parseExact<PackedCall>(body));
}

function pack(
  half: CallHalf | null,
  before: CallHalf | null,
): readonly unknown[] | null {
  if (half === null) return null;
  const same = (
    name: "thread" | "tool" | "inputKey" | "summary" | "subagentType",
  ) => half[name] !== null && half[name] === before?.[name] ? SAME : half[name];
  const list: unknown[] = [
    half.at,
    same("thread"),
    same("tool"),
    same("inputKey"),
    same("summary"),
    packPaths(half.paths, before?.paths ?? []),
    same("subagentType"),
    half.outcome,
    half.error,
    half.latencyMs,
    half.waitMs,
    half.tokensIn,
    half.tokensOut,
    half.reasoningTokens,
    half.costUsdE6,
    half.startsAgent,
    half.inBackground || null,
  ];
  while (list.length > 1 && list.at(-1) === null) list.pop();
  return list;
}

function packPaths(
  paths: readonly string[],
  before: readonly string[],
): OrSame<readonly string[] | null> {
  if (paths.length === 0) return null;
  const isSame = paths.length === before.length &&
    paths.every((path, i) => path === before[i]);
  return isSame ? SAME : paths;
}

function unpack(
  list: Partial<PackedHalf> | null,
  before: CallHalf | null,
): CallHalf | null {
  const [
    at,
    thread,
    tool,
    inputKey,
    summary,
    paths,
    subagentType,
    outcome,
    error,
    latencyMs,
    waitMs,
    tokensIn,
    tokensOut,
    reasoningTokens,
    costUsdE6,
    startsAgent,
    inBackground,
  ] = list ?? [];
  if (at === undefined) return null;
  return {
    at,
    thread: (thread === SAME ? before?.thread : thread) ?? "",
    tool: (tool === SAME ? before?.tool : tool) ?? null,
    inputKey: (inputKey === SAME ? before?.inputKey : inputKey) ?? null,
    summary: (summary === SAME ? before?.summary : summary) ?? null,
    paths: (paths === SAME ? before?.paths : paths) ?? [],
    subagentType:
      (subagentType === SAME ? before?.subagentType : subagentType) ?? null,
    outcome: outcome ?? null,
    error: error ?? null,
    latencyMs: latencyMs ?? null,
    waitMs: waitMs ?? null,
    tokensIn: tokensIn ?? null,
    tokensOut: tokensOut ?? null,
    reasoningTokens: reasoningTokens ?? null,
    costUsdE6: costUsdE6 ?? null,
    startsAgent: startsAgent ?? null,
    inBackground: inBackground ?? false,
  };
}
