// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One tool call, assembled from its events in any order of arrival.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { compareBytes } from "./_text.ts";
import type { Outcome } from "./call_outcome.ts";
import type { CallHalf } from "./_call_half.ts";
import { isBefore, type Moment } from "./moment.ts";

/** A call. Immutable. */
export interface CallState {
  readonly key: string;
  /** Null if the agent gives the call no id. */
  readonly callId: string | null;
  /** The earliest request to allow it that names its id. */
  readonly ask: CallHalf | null;
  /** The earliest event of its start. */
  readonly start: CallHalf | null;
  /** The latest event of its end. */
  readonly end: CallHalf | null;
  /** For a call with an id: the key of the call without an id that is the same. */
  readonly partKey: string | null;
  /** The end of that call. */
  readonly part: CallHalf | null;
  /** For a call without an id: the key of the call with an id that is the same. */
  readonly whole: string | null;
}

/**
 * The first character of a row's key tells its kind, so that an id never collides with a row of
 * another kind.
 */
const NAMED = "=";

const UNNAMED = "~";

/** Returns the key of the call with an id. */
export function namedKey(callId: string): string {
  return NAMED + callId;
}

/** Returns the key of a call without an id, from its first event. */
export function unnamedKey(first: Moment): string {
  return `${UNNAMED}${first[0]}:${first[2]}`;
}

/** Whether the row with a key is a call. */
export function isCallKey(key: string): boolean {
  return key.startsWith(NAMED) || key.startsWith(UNNAMED);
}

/** Whether the row with a key is a call without an id. */
export function isUnnamedKey(key: string): boolean {
  return key.startsWith(UNNAMED);
}

/** Returns a call without events. */
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

/** The role of an event in its call. */
export type CallRole = "ask" | "start" | "end";

/** Adds an event. The earliest request, the earliest start and the latest end count. */
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

/** Returns the event of its end, or null. */
export function endOf(call: CallState): CallHalf | null {
  return call.end ?? call.part;
}

/** Returns its first known event. */
function firstHalf(call: CallState): CallHalf {
  let first: CallHalf | null = null;
  for (const half of [call.ask, call.start, call.end]) {
    if (half === null) continue;
    if (first === null || isBefore(half.at, first.at)) first = half;
  }
  if (first !== null) return first;
  throw new TypeError(`Cannot read call "${call.key}": it has no event`);
}

/** Returns the moment of its start if that is known, else of its first event. */
export function seenAt(call: CallState): Moment {
  return call.start?.at ?? firstHalf(call).at;
}

/** Returns the subagent that made it; "" for the session itself. */
export function threadOf(call: CallState): string {
  return (call.start ?? call.end ?? call.ask)?.thread ?? "";
}

/** Returns the tool, or null. */
export function toolOf(call: CallState): string | null {
  return call.start?.tool ?? call.end?.tool ?? call.ask?.tool ?? null;
}

/** Returns the key of its arguments, or null. */
export function inputOf(call: CallState): string | null {
  return call.start?.inputKey ?? call.end?.inputKey ?? null;
}

/** Returns its arguments in one line, or null. */
export function summaryOf(call: CallState): string | null {
  return call.start?.summary ?? call.end?.summary ?? call.ask?.summary ?? null;
}

/** Returns how it ended; null while it runs, and if no event tells. */
export function outcomeOf(call: CallState): Outcome | null {
  return call.end?.outcome ?? call.part?.outcome ?? null;
}

/** Returns the first line of its error, or null. */
export function errorOf(call: CallState): string | null {
  return call.end?.error ?? call.part?.error ?? null;
}

/** Returns its duration as the agent tells it in milliseconds, or null. */
export function latencyOf(call: CallState): number | null {
  return call.end?.latencyMs ?? call.part?.latencyMs ?? null;
}

/** The names of token counts. */
type UsageName = "tokensIn" | "tokensOut" | "reasoningTokens";

/** Returns a count of tokens, or null. Its end wins over its start. */
export function tokensOf(call: CallState, name: UsageName): number | null {
  const { end, part, start } = call;
  return end?.[name] ?? part?.[name] ?? start?.[name] ?? null;
}

/** Returns its cost, or null. Its end wins over its start. */
export function costOf(call: CallState): Int | null {
  const { end, part, start } = call;
  return end?.costUsdE6 ?? part?.costUsdE6 ?? start?.costUsdE6 ?? null;
}

/** Returns the type of the subagent that it starts, or null. */
export function subagentTypeOf(call: CallState): string | null {
  return call.start?.subagentType ?? call.end?.subagentType ?? null;
}

/** Returns the files that it names, sorted by bytes, each once. */
export function pathsOf(call: CallState): readonly string[] {
  const { start, end } = call;
  const found = new Set([
    ...start?.paths ?? [],
    ...end?.paths ?? [],
    ...call.part?.paths ?? [],
  ]);
  return [...found].sort(compareBytes);
}
