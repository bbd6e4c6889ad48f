// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts how many calls in a session's transcript were also sent by hooks, to find hooks that do
 * not run.
 * @module
 */
import type { Int, SessionCoverage } from "../proto/mod.ts";
import { ITEMS_A_STEP } from "./_steps.ts";
import { type CallState, endOf, namedKey } from "./call_state.ts";
import type { CallHalf } from "./_call_half.ts";

/** A call in a transcript. */
export interface TranscriptCall {
  readonly call: string;
  readonly tsMs: number;
  /** Whether a subagent made it. */
  readonly isOfAgent: boolean;
}

/** The calls to compare with. */
export interface CoverageContext {
  readonly calls: ReadonlyMap<string, CallState>;
  /** Keys of the running calls. */
  readonly open: ReadonlySet<string>;
  /** Time of the session's first event. */
  readonly firstMs: Int;
}

/**
 * Counts the calls in steps. An unknown call before the first event was made before the hooks were
 * installed.
 *
 * @returns The counts; null if the transcripts have no calls.
 */
export function* coverCalls(
  told: Iterable<TranscriptCall>,
  { calls, open, firstMs }: CoverageContext,
): Generator<void, SessionCoverage | null> {
  const counts = { calls: 0, byHook: 0, inAgents: 0, before: 0 };
  const hooks = { starts: 0, ends: 0, ended: 0 };
  let seen = 0;
  for (const { call: id, tsMs, isOfAgent } of told) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    const key = namedKey(id);
    const call = calls.get(key);
    const starts = isHook(call?.start) || isHook(call?.ask);
    const ends = call !== undefined && isHook(endOf(call));
    if (!starts && !ends && tsMs < firstMs) {
      counts.before++;
      continue;
    }
    counts.calls++;
    if (starts || ends) counts.byHook++;
    else if (isOfAgent) counts.inAgents++;
    if (isHook(call?.start)) hooks.starts++;
    if (ends) hooks.ends++;
    if (!open.has(key)) hooks.ended++;
  }
  if (seen === 0) return null;
  const isIncomplete = counts.byHook < counts.calls;
  const missing: string[] = [];
  if (isIncomplete || counts.calls > 0 && hooks.starts === 0) {
    missing.push("PreToolUse");
  }
  if (isIncomplete || hooks.ended > 0 && hooks.ends === 0) {
    missing.push("PostToolUse");
  }
  return {
    calls: counts.calls,
    by_hook: counts.byHook,
    in_subagents: counts.inAgents,
    before: counts.before,
    missing,
  };
}

function isHook(half: CallHalf | null | undefined): boolean {
  return half !== null && half !== undefined && !half.isImported;
}
