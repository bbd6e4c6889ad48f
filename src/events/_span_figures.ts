// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The usage of each span: that of the subagents that its call started, from transcripts; else that
 * of its own events.
 * @module
 */
import { type Int, U32_MAX } from "../proto/mod.ts";
import { addInts } from "./_int.ts";
import { ITEMS_A_STEP } from "./_steps.ts";
import { type CallState, costOf, namedKey, tokensOf } from "./call_state.ts";
import type { TreeNode } from "./call_tree.ts";
import type { TranscriptCall } from "./coverage.ts";

/** The usage of one subagent, from transcripts. */
export interface ThreadUsage {
  readonly agentId: string;
  /** The call that started it; null if no transcript tells. */
  readonly call: string | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly reasoningTokens: number | null;
  /** Millionths of a US dollar; null if no price is known. */
  readonly costUsdE6: number | null;
  /** Whether all prices are known. */
  readonly isComplete: boolean;
}

/** The content of a session's transcripts. */
export interface Transcripts {
  /** The usage of its subagents. */
  readonly usage: readonly ThreadUsage[];
  readonly calls: Iterable<TranscriptCall>;
}

/** The content for a session without transcripts. */
export const NOTHING_TOLD: Transcripts = { usage: [], calls: [] };

/** The figures of a span. */
export interface SpanFigures {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly reasoningTokens: Int | null;
  readonly costUsdE6: Int | null;
  readonly isComplete: boolean;
}

export const NO_FIGURES: SpanFigures = {
  tokensIn: null,
  tokensOut: null,
  reasoningTokens: null,
  costUsdE6: null,
  isComplete: true,
};

/** Finds the figures of each node in steps. */
export function* findFigures(
  roots: readonly TreeNode[],
  all: readonly ThreadUsage[],
): Generator<void, ReadonlyMap<TreeNode, SpanFigures>> {
  const usage = new Map(all.map((used) => [used.agentId, used]));
  const figures = new Map<TreeNode, SpanFigures>();
  const add = (node: TreeNode, more: ThreadUsage | undefined) => {
    if (more === undefined) return;
    figures.set(node, addFigures(figures.get(node), more));
  };
  const byKey = new Map<string, TreeNode>();
  const linked = new Set<string>();
  const nodes: TreeNode[] = [...roots];
  for (const node of nodes) {
    for (const child of node.children) nodes.push(child);
    byKey.set(node.key, node);
    if (byKey.size % ITEMS_A_STEP === 0) yield;
    for (const id of node.call === null ? [node.agent.id] : node.starts) {
      linked.add(id);
      add(node, usage.get(id));
    }
  }
  for (const more of all) {
    if (more.call === null || linked.has(more.agentId)) continue;
    const node = byKey.get(namedKey(more.call));
    if (node !== undefined) add(node, more);
  }
  let seen = 0;
  for (const node of nodes) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    if (node.call === null || figures.has(node)) continue;
    figures.set(node, toldFigures(node.call));
  }
  return figures;
}

function addFigures(
  sums: SpanFigures | undefined,
  more: ThreadUsage,
): SpanFigures {
  if (sums === undefined) return more;
  return {
    tokensIn: (sums.tokensIn ?? 0) + more.tokensIn,
    tokensOut: (sums.tokensOut ?? 0) + more.tokensOut,
    reasoningTokens: addKnown(sums.reasoningTokens, more.reasoningTokens),
    costUsdE6: addKnown(sums.costUsdE6, more.costUsdE6),
    isComplete: sums.isComplete && more.isComplete,
  };
}

function toldFigures(call: CallState): SpanFigures {
  return {
    tokensIn: tokensOf(call, "tokensIn"),
    tokensOut: tokensOf(call, "tokensOut"),
    reasoningTokens: tokensOf(call, "reasoningTokens"),
    costUsdE6: costOf(call),
    isComplete: true,
  };
}

/** Prints the usage of a span. */
export function printFigures(figures: SpanFigures): string {
  const { tokensIn, tokensOut, reasoningTokens, costUsdE6 } = figures;
  return `,"tokens_in":${minInt(tokensIn, U32_MAX)}` +
    `,"tokens_out":${minInt(tokensOut, U32_MAX)}` +
    `,"reasoning_tokens":${minInt(reasoningTokens, U32_MAX)}` +
    `,"cost_usd_e6":${costUsdE6}`;
}

/** Adds two figures, either of which may be unknown. */
export function addKnown(a: Int | null, b: Int | null): Int | null {
  return a === null || b === null ? a ?? b : addInts(a, b);
}

/** Returns a figure, at most `most`. */
export function minInt(value: Int | null, most: Int): Int | null {
  return value === null || value < most ? value : most;
}
