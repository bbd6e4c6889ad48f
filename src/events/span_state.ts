// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is known of an open span, and what each event adds to it.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import type { SpanEvent } from "./span_event.ts";

/** What is known of an open span, but for its paths; replaced as a whole, never changed. */
export interface SpanState {
  readonly tool: string | null;
  /** When a call said it began, and when a Hook event said so. */
  readonly callStart: Int | null;
  readonly hookStart: Int | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly reasoningTokens: number | null;
  readonly costUsdE6: Int | null;
  /** What closed children have added so far. */
  readonly subtreeCostUsdE6: Int | null;
  readonly subtreeTokenCount: number | null;
}

/**
 * Adds an event: the newest usage that is not null counts, but none that a Hook event tells; a call sets the tool, even to none, a
 * result does not, and a Hook event names it only where nothing else has.
 *
 * @param old Undefined for a span that the event opens.
 */
export function nextState(
  old: SpanState | undefined,
  event: SpanEvent,
): SpanState {
  const { act, tool, tsMs } = event;
  const hooked = act === "pre" || act === "post";
  const usage = hooked ? undefined : event;
  const oldTool = old?.tool ?? null;
  return {
    tool: act === "call" ? tool : hooked ? oldTool ?? tool : oldTool,
    callStart: act === "call" ? tsMs : old?.callStart ?? null,
    hookStart: act === "pre" ? tsMs : old?.hookStart ?? null,
    tokensIn: usage?.tokensIn ?? old?.tokensIn ?? null,
    tokensOut: usage?.tokensOut ?? old?.tokensOut ?? null,
    reasoningTokens: usage?.reasoningTokens ?? old?.reasoningTokens ?? null,
    costUsdE6: usage?.costUsdE6 ?? old?.costUsdE6 ?? null,
    subtreeCostUsdE6: old?.subtreeCostUsdE6 ?? null,
    subtreeTokenCount: old?.subtreeTokenCount ?? null,
  };
}
