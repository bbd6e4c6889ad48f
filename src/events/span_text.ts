// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The tree of spans as JSON text, piece by piece: a session may have a hundred thousand of them.
 * @module
 */
import {
  encodeJson,
  type Int,
  type SpanRow,
  type ToolSpanView,
} from "../proto/mod.ts";
import type { SpanBranch } from "./span_tree.ts";

/** The sums of a row that stand beside its view in a node. */
export interface SpanSums {
  readonly subtreeCostUsdE6: Int | null;
  readonly subtreeTokenCount: number | null;
}

/** Most text between two views that is gathered: the ends of deep spans may follow one another for long. */
const MAX_BETWEEN = 4096;
/** Pieces measured between two pauses. */
const PIECES_A_STEP = 4000;
const encoder = new TextEncoder();

/** Prints the ToolSpanView of a row: the wire's 13 keys in their order. */
export function printSpanView(row: SpanRow): Uint8Array {
  const view: ToolSpanView = {
    span_id: row.spanId,
    tool: row.tool,
    status: row.status,
    lead_time_ms: row.leadTimeMs,
    tokens_in: row.tokensIn,
    tokens_out: row.tokensOut,
    reasoning_tokens: row.reasoningTokens,
    cost_usd_e6: row.costUsdE6,
    paths: row.paths,
    parent_span_id: row.parentSpanId,
    depth: row.depth,
    subtree_cost_usd_e6: row.subtreeCostUsdE6,
    subtree_token_count: row.subtreeTokenCount,
  };
  return encoder.encode(encodeJson(view));
}

/**
 * Prints the `spans` array of a `detail` answer in many small pieces.
 *
 * @param view The row's view as {@linkcode printSpanView} made it; asked for once a row, when its turn comes.
 */
export function* printSpans<T extends SpanSums>(
  roots: readonly SpanBranch<T>[],
  view: (row: T) => Uint8Array,
): Generator<Uint8Array> {
  // What stands between two views is encoded at once: each call of the encoder costs as much as a hundred bytes.
  let between = "";
  for (const piece of walk(roots)) {
    if (typeof piece === "string" && between.length < MAX_BETWEEN) {
      between += piece;
      continue;
    }
    yield encoder.encode(between);
    between = typeof piece === "string" ? piece : "";
    if (typeof piece !== "string") yield view(piece);
  }
  yield encoder.encode(between);
}

/**
 * Tells how long {@linkcode printSpans} will be, in steps of a few milliseconds.
 *
 * @param viewBytes Length of the row's view; asked for once a row, in the order in which views will be.
 */
export function* measureSpans<T extends SpanSums>(
  roots: readonly SpanBranch<T>[],
  viewBytes: (row: T) => number,
): Generator<void, number> {
  let bytes = 0;
  let seen = 0;
  for (const piece of walk(roots)) {
    bytes += typeof piece === "string" ? piece.length : viewBytes(piece);
    if (++seen % PIECES_A_STEP === 0) yield;
  }
  return bytes;
}

/** The pieces of the text in order: ASCII, and rows where their views belong. Holds its own place, since a tree may be as deep as it is long. */
function* walk<T extends SpanSums>(
  roots: readonly SpanBranch<T>[],
): Generator<string | T> {
  interface Level {
    readonly branches: readonly SpanBranch<T>[];
    next: number;
    /** What stands behind the list: the end of the node that holds it. */
    readonly end: string;
  }
  const levels: Level[] = [{ branches: roots, next: 0, end: "]" }];
  yield "[";
  for (
    let level = levels.at(-1);
    level !== undefined;
    level = levels.at(-1)
  ) {
    const branch = level.branches[level.next];
    if (branch === undefined) {
      yield level.end;
      levels.pop();
      continue;
    }
    yield level.next++ === 0 ? '{"span":' : ',{"span":';
    yield branch.row;
    yield ',"children":[';
    levels.push({ branches: branch.children, next: 0, end: endOf(branch.row) });
  }
}

function endOf(row: SpanSums): string {
  const cost = row.subtreeCostUsdE6 ?? 0;
  const tokens = row.subtreeTokenCount ?? 0;
  return `],"subtree_cost_usd_e6":${cost},"subtree_token_count":${tokens}}`;
}
