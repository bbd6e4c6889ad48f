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

/** A row as it is printed. */
export interface PrintedSpan extends SpanSums {
  /** As {@linkcode printSpanView} made it; in UTF-8 where it is long, and a part of its own. */
  readonly view: string | Uint8Array;
}

/** About how much text is gathered to be encoded together: each call of the encoder costs as much as a hundred bytes. */
const PIECE_CHARS = 16 * 1024;
/** Rows measured between two pauses. */
const ROWS_A_STEP = 1000;
const encoder = new TextEncoder();

/** Prints the ToolSpanView of a row: the wire's 13 keys in their order. */
export function printSpanView(row: SpanRow): string {
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
  return encodeJson(view);
}

/**
 * Prints the `spans` array of a `detail` answer in small pieces.
 *
 * @param levels How deep each row lies in the tree, in the order of {@linkcode measureSpans}.
 * @param next Returns the rows in that order; asked once a row, when its turn comes.
 */
export function* printSpans(
  levels: Iterable<number>,
  next: () => PrintedSpan,
): Generator<Uint8Array> {
  /** What stands behind the children of the rows that are begun. */
  const ends: string[] = [];
  let text = START;
  const take = () => {
    const piece = encoder.encode(text);
    text = "";
    return piece;
  };
  for (const level of levels) {
    const isFirst = ends.length === level;
    while (ends.length > level) {
      text += ends.pop();
      if (text.length >= PIECE_CHARS) yield take();
    }
    text += isFirst ? SPAN : `,${SPAN}`;
    const { view, ...sums } = next();
    if (typeof view === "string") text += view;
    else {
      yield take();
      yield view;
    }
    text += CHILDREN;
    ends.push(endOf(sums));
    if (text.length >= PIECE_CHARS) yield take();
  }
  while (ends.length > 0) {
    text += ends.pop();
    if (text.length >= PIECE_CHARS) yield take();
  }
  text += END;
  yield take();
}

/**
 * Tells how long {@linkcode printSpans} will be, in steps of a few milliseconds.
 *
 * @param look Returns the length of the row's view; called once a row, in the order in which they will be printed.
 */
export function* measureSpans<T extends SpanSums>(
  roots: readonly SpanBranch<T>[],
  look: (row: T, level: number) => number,
): Generator<void, number> {
  let bytes = START.length + END.length;
  let seen = 0;
  for (const { row, level, isFirst } of walk(roots)) {
    bytes += (isFirst ? 0 : 1) + SPAN.length + look(row, level) +
      CHILDREN.length + endOf(row).length;
    if (++seen % ROWS_A_STEP === 0) yield;
  }
  return bytes;
}

/** The rows in their order. Holds its own place, since a tree may be as deep as it is long. */
function* walk<T>(
  roots: readonly SpanBranch<T>[],
): Generator<{ row: T; level: number; isFirst: boolean }> {
  const levels = [{ branches: roots, next: 0 }];
  for (let at = levels.at(-1); at !== undefined; at = levels.at(-1)) {
    const branch = at.branches[at.next];
    if (branch === undefined) {
      levels.pop();
      continue;
    }
    yield {
      row: branch.row,
      level: levels.length - 1,
      isFirst: at.next++ === 0,
    };
    levels.push({ branches: branch.children, next: 0 });
  }
}

const START = "[";
const SPAN = '{"span":';
const CHILDREN = ',"children":[';
const END = "]";

function endOf(row: SpanSums): string {
  const cost = row.subtreeCostUsdE6 ?? 0;
  const tokens = row.subtreeTokenCount ?? 0;
  return `],"subtree_cost_usd_e6":${cost},"subtree_token_count":${tokens}}`;
}
