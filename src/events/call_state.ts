// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One tool call, put together from the events that are about it, in any order of arrival.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { compareBytes } from "./_text.ts";
import type { Outcome } from "./call_outcome.ts";
import type { CallHalf } from "./_call_half.ts";
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
