// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the tree of a session's calls for `detail` in two passes: its length, then its text. A
 * session may have a hundred thousand calls.
 * @module
 */
import { type Int, U32_MAX } from "../proto/mod.ts";
import {
  type OutlineContext,
  printAgent,
  printCall,
  printFate,
  printSubagentType,
  spanIdOf,
} from "./_call_text.ts";
import { gather } from "./_draft.ts";
import { clampCost } from "./_int.ts";
import { type MatchedRequest, matchRequests } from "./_requests.ts";
import {
  addKnown,
  findFigures,
  minInt,
  NO_FIGURES,
  NOTHING_TOLD,
  printFigures,
  type SpanFigures,
  type ThreadUsage,
  type Transcripts,
} from "./_span_figures.ts";
import { ITEMS_A_STEP } from "./_steps.ts";
import { countBytes } from "./_text.ts";
import type { CallRow } from "./call_access.ts";
import { buildCallTree, type TreeNode } from "./call_tree.ts";
import { coverCalls } from "./coverage.ts";
import { Halts } from "./halts.ts";
import type { Moment } from "./moment.ts";
import { parseCallBody } from "./packed_call.ts";
import { endMsOf, type SessionState } from "./session_state.ts";

/** The plan for printing the tree. */
export interface CallOutline {
  /** Length of the `spans` array in UTF-8 bytes. */
  readonly bytes: number;
  /**
   * Keys of the rows that {@linkcode printCalls} reads, in its order; none if the texts are short
   * enough to be kept.
   */
  readonly keys: readonly string[];
  /** Texts in their order; null stands for the text of the call in the next row. */
  readonly pieces: readonly (string | null)[];
  readonly sessionId: string;
  /** JSON of the SessionCoverage, or "null". */
  readonly coverage: string;
}

/** Texts up to this length are kept between the passes. */
const KEPT_CHARS = 1024 * 1024;

/** Usual length of text that is encoded at once. */
const PIECE_CHARS = 16 * 1024;

const encoder = new TextEncoder();

/**
 * Builds the tree of a session's calls and computes the length of its text, in steps of a few
 * milliseconds.
 *
 * @param rows The session's rows in any order.
 */
export function* outlineCalls(
  state: SessionState,
  rows: Iterable<CallRow>,
  transcripts: Transcripts = NOTHING_TOLD,
): Generator<void, CallOutline> {
  const all = yield* gather(pairsOf(rows), {
    open: state.open,
    threads: Object.values(state.threads),
    marks: state.marks,
  });
  const { calls, threads } = all;
  const waits = findWaits(yield* matchRequests(all, state));
  const halts = new Halts(all.marks);
  const roots = yield* buildCallTree(calls, threads, halts);
  const inState = new Set(state.open.map(({ key }) => key));
  const coverage = yield* coverCalls(transcripts.calls, {
    calls,
    open: inState,
    firstMs: state.firstMs ?? 0,
  });
  const context = {
    state,
    threads,
    waits,
    halts,
    inState,
    endMs: endMsOf(state),
  };
  const outline = yield* outlineTree(roots, context, transcripts.usage);
  return { ...outline, coverage: JSON.stringify(coverage) };
}

function* pairsOf(
  rows: Iterable<CallRow>,
): Generator<readonly [key: string, body: string]> {
  for (const { key, body } of rows) yield [key, body];
}

/** Returns the moment of the first request to allow each call. */
function findWaits(
  matched: readonly MatchedRequest[],
): ReadonlyMap<string, Moment> {
  const waits = new Map<string, Moment>();
  for (const { mark: [kind, at], key } of matched) {
    if (kind === "question" || key === null || waits.has(key)) continue;
    waits.set(key, at);
  }
  return waits;
}

/** Sums over a node and its descendants; null if nothing is known. */
interface TreeSums {
  readonly cost: Int | null;
  readonly tokens: Int | null;
  /** Whether the cost is complete. */
  readonly isComplete: boolean;
}

function* outlineTree(
  roots: readonly TreeNode[],
  context: OutlineContext,
  usage: readonly ThreadUsage[],
): Generator<void, Omit<CallOutline, "coverage">> {
  const figures = yield* findFigures(roots, usage);
  const sums = yield* sumTree(roots, figures);
  const { id } = context.state;
  const texts = new OutlineText();
  texts.add("[");
  let seen = 0;
  const levels: OutlineLevel[] = [
    { nodes: roots, next: 0, parent: null, end: "]" },
  ];
  for (let at = levels.at(-1); at !== undefined; at = levels.at(-1)) {
    const node = at.nodes[at.next];
    if (node === undefined) {
      texts.add(at.end);
      levels.pop();
      continue;
    }
    const open = at.next++ > 0 ? ',{"span":' : '{"span":';
    const { cost, tokens, isComplete } = sums.get(node) ?? NO_SUMS;
    const own = printFigures(figures.get(node) ?? NO_FIGURES);
    const parentId = at.parent === null ? null : spanIdOf(id, at.parent);
    const rest = printSubagentType(node, context) +
      `,"parent_span_id":${JSON.stringify(parentId)}` +
      `,"depth":${levels.length - 1},"subtree_cost_usd_e6":${cost}` +
      `,"subtree_token_count":${minInt(tokens, U32_MAX)}},"children":[`;
    texts.add(open);
    if (node.call === null) {
      texts.add(printAgent(node.agent, context) + own + rest);
    } else {
      const { key } = node.call;
      texts.addCall(key, printCall(id, node.call), context.inState.has(key));
      texts.add(printFate(node.call, context) + own + rest);
    }
    const end = `],"subtree_cost_usd_e6":${cost ?? 0}` +
      `,"subtree_token_count":${tokens ?? 0},"cost_known":${cost !== null}` +
      `,"cost_complete":${cost !== null && isComplete}}`;
    levels.push({ nodes: node.children, next: 0, parent: node, end });
    if (++seen % ITEMS_A_STEP === 0) yield;
  }
  return texts.outline(id);
}

/** Siblings that are being printed. */
interface OutlineLevel {
  readonly nodes: readonly TreeNode[];
  next: number;
  readonly parent: TreeNode | null;
  /** The text after the last sibling. */
  readonly end: string;
}

const NO_SUMS: TreeSums = { cost: null, tokens: null, isComplete: true };

/**
 * Collects texts. When they become long, it drops those of calls with a row, which are printed
 * again later.
 */
class OutlineText {
  #bytes = 0;
  #chars = 0;
  #pieces: (string | null)[] = [];
  #calls: { index: number; key: string }[] = [];

  get #isLong(): boolean {
    return this.#chars > KEPT_CHARS;
  }

  add(text: string): void {
    this.#bytes += countBytes(text);
    const last = this.#pieces.length - 1;
    const before = this.#pieces[last];
    // A call's own text stays separate while it may still be dropped.
    if (this.#isLong && typeof before === "string") {
      this.#pieces[last] = before + text;
    } else this.#pieces.push(text);
  }

  addCall(key: string, text: string, isInState: boolean): void {
    if (isInState) return this.add(text);
    const wasLong = this.#isLong;
    this.#chars += text.length;
    this.#bytes += countBytes(text);
    this.#calls.push({ index: this.#pieces.length, key });
    this.#pieces.push(this.#isLong ? null : text);
    if (wasLong || !this.#isLong) return;
    for (const { index } of this.#calls) this.#pieces[index] = null;
  }

  outline(sessionId: string): Omit<CallOutline, "coverage"> {
    return {
      bytes: this.#bytes,
      keys: this.#isLong ? this.#calls.map(({ key }) => key) : [],
      pieces: this.#pieces,
      sessionId,
    };
  }
}

/**
 * Prints the `spans` array of a `detail` answer in small pieces.
 *
 * @param bodyOf Returns the body of a row. Called once for each of the outline's keys, in their
 * order.
 */
export function* printCalls(
  { pieces, keys, sessionId }: CallOutline,
  bodyOf: (key: string) => string,
): Generator<Uint8Array> {
  let text = "";
  let next = 0;
  for (const piece of pieces) {
    text += piece ??
      printCall(sessionId, parseCallBody(bodyOf(keys[next++] ?? "")));
    if (text.length < PIECE_CHARS) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

function* sumTree(
  roots: readonly TreeNode[],
  figures: ReadonlyMap<TreeNode, SpanFigures>,
): Generator<void, ReadonlyMap<TreeNode, TreeSums>> {
  const order: TreeNode[] = [...roots];
  for (let i = 0; i < order.length; i++) {
    for (const child of order[i]?.children ?? []) order.push(child);
    if (i % ITEMS_A_STEP === ITEMS_A_STEP - 1) yield;
  }
  const sums = new Map<TreeNode, TreeSums>();
  let seen = 0;
  for (const node of order.reverse()) {
    let { cost, tokens, isComplete } = ownSums(figures.get(node) ?? NO_FIGURES);
    for (const child of node.children) {
      const below = sums.get(child) ?? NO_SUMS;
      cost = addKnown(cost, below.cost);
      tokens = addKnown(tokens, below.tokens);
      isComplete &&= below.isComplete;
    }
    sums.set(node, { cost, tokens, isComplete });
    if (++seen % ITEMS_A_STEP === 0) yield;
  }
  for (const [node, { cost, ...rest }] of sums) {
    sums.set(node, { ...rest, cost: cost === null ? null : clampCost(cost) });
  }
  return sums;
}

function ownSums(
  { tokensIn, tokensOut, costUsdE6, isComplete }: SpanFigures,
): TreeSums {
  return { cost: costUsdE6, tokens: addKnown(tokensIn, tokensOut), isComplete };
}
