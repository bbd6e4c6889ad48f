// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Rows of spans that have closed.
 * @module
 */
import { type Int, type SpanRow, U32_MAX } from "../proto/mod.ts";
import { addCosts, subtractInts } from "./_int.ts";
import { compareBytes, countBytes } from "./_text.ts";
import type { OpenSpan } from "./open_spans.ts";
import type { SpanState } from "./span_state.ts";

/** Costs and tokens of a span and of all that closed inside it; null while nothing was added. */
export type Sums = Pick<SpanState, "subtreeCostUsdE6" | "subtreeTokenCount">;

/** What a span's sums come to when it closes: its tokens count only where those read in are known. */
function closeSums(state: SpanState): Sums {
  const { tokensIn, tokensOut, costUsdE6 } = state;
  return addSums(state, {
    subtreeCostUsdE6: costUsdE6,
    subtreeTokenCount: tokensIn === null ? null : tokensIn + (tokensOut ?? 0),
  });
}

/**
 * Adds sums, where null adds nothing and stays null if there is nothing else. They stop at the limits of their fields, a signed 64-bit
 * and an unsigned 32-bit integer (the reference lets them wrap).
 */
export function addSums(a: Sums, b: Sums): Sums {
  const cost = addNullable(a.subtreeCostUsdE6, b.subtreeCostUsdE6, addCosts);
  const tokens = addNullable(
    a.subtreeTokenCount,
    b.subtreeTokenCount,
    (x, y) => x + y,
  );
  const most = Number(U32_MAX);
  return {
    subtreeCostUsdE6: cost,
    subtreeTokenCount: tokens === null ? null : Math.min(tokens, most),
  };
}

function addNullable<T>(
  a: T | null,
  b: T | null,
  add: (a: T, b: T) => T,
): T | null {
  return a === null || b === null ? a ?? b : add(a, b);
}

/** When a span ended, and whether a Hook event said so; else a result did. */
export interface SpanEnd {
  readonly tsMs: Int;
  readonly hooked: boolean;
}

/**
 * Makes the row of a span that closes. How long it took is only known where its start and its end were told in the same way.
 *
 * @param end Null where nothing says when it ended.
 * @param parent The span before it in the list, `depth` its own place there.
 */
export function closeSpan(
  span: OpenSpan,
  end: SpanEnd | null,
  parent: OpenSpan | undefined,
  depth: number,
): SpanRow {
  const { state, startMs } = span;
  const start = end?.hooked ? state.hookStart : state.callStart;
  const lead = start === null || end === null
    ? null
    : subtractInts(end.tsMs, start);
  return {
    spanId: spanId(span),
    parentSpanId: parent === undefined ? null : spanId(parent),
    tool: state.tool ?? "unknown",
    status: startMs === null || end === null ? "orphaned" : "done",
    startMs,
    leadTimeMs: lead !== null && lead < 0 ? 0 : lead,
    tokensIn: state.tokensIn,
    tokensOut: state.tokensOut,
    reasoningTokens: state.reasoningTokens,
    costUsdE6: state.costUsdE6,
    paths: [...span.paths].sort(compareBytes),
    depth,
    ...closeSums(state),
  };
}

function spanId({ session, localId }: OpenSpan): string {
  return `v1:${countBytes(session.id)}:${session.id}:${localId}`;
}
