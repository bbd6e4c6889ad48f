// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Packs calls into short lists, because there are many rows.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { parseExact, printExact } from "./_exact_text.ts";
import type { Outcome } from "./call_outcome.ts";
import type { CallState } from "./call_state.ts";
import type { CallHalf } from "./_call_half.ts";
import type { Moment } from "./moment.ts";

/** Stands for the value of the previous half: an end repeats values of its start. */
const SAME = 0;

type OrSame<T> = T | typeof SAME;

/** A half as a list without names and without missing values at its end. */
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
  isImported: boolean | null,
];

/** A call as a list. */
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

/** Returns the list of a call. */
export function packCall(call: CallState): readonly unknown[] {
  const { key, callId, ask, start, end, partKey, part, whole } = call;
  const halves = [pack(ask, null), pack(start, ask), pack(end, start)];
  const packed = [key, callId, ...halves];
  return partKey === null && whole === null
    ? packed
    : [...packed, partKey, pack(part, null), whole];
}

/** Returns the call of a list. */
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
    half.isImported || null,
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
    isImported,
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
    isImported: isImported ?? false,
  };
}
