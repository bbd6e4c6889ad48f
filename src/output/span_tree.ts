// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tool calls as a tree with box lines.
 * @module
 */
import type { SpanNode, ToolSpanView } from "../proto/mod.ts";
import { cutCells } from "./cells.ts";
import { escapeLine } from "./escape.ts";
import type { Paint } from "./paint.ts";
import {
  callBrush,
  describeDuration,
  describeEnd,
  describeWait,
} from "./call_facts.ts";
import { formatCost, formatCount, UNKNOWN } from "./quantities.ts";

/** How spans are shown. */
export interface SpanTreeOptions {
  paint: Paint;
  /** Width of the terminal in cells, or null: nothing is cut. */
  width: number | null;
  /** True: every path of a span, not the first alone. */
  full: boolean;
  /** Epoch milliseconds, for calls that are open. */
  nowMs: number;
}

/**
 * A span that took more than this share of all roots' cost is marked, as is the root that took
 * most, however little that is.
 */
const COSTLY_PERCENT = 40n;
/** From this level on nodes stand below each other, as a line has no room for more. */
const MAX_INDENT = 24;

interface Line {
  node: SpanNode;
  /** Box lines before the node. */
  stem: string;
  /** Box lines before its children. */
  below: string;
  level: number;
}

/**
 * Draws spans, a line each: tool, type of the subagent that it starts, duration, wait, cost,
 * tokens, how it ended if not well, and its command or path. The costly ones and those that did not
 * end well have a color.
 *
 * @returns Lines; none for no spans.
 */
export function renderSpanTree(
  roots: readonly SpanNode[],
  options: SpanTreeOptions,
): string[] {
  const cost = sumCosts(roots);
  const lines: string[] = [];
  // A list of its own instead of recursion: a tree from the wire may be deeper than the stack.
  const left: Line[] = [];
  pushAll(left, roots, "", 0);
  for (let line = left.pop(); line !== undefined; line = left.pop()) {
    const room = options.width === null
      ? null
      : Math.max(12, options.width - line.stem.length);
    lines.push(
      options.paint.dim(line.stem) + describe(line.node, cost, room, options),
    );
    pushAll(left, line.node.children, line.below, line.level + 1);
  }
  return lines;
}

/** The costs that a span's cost is compared with. */
interface Cost {
  total: bigint;
  /** The root that took most; the first of several, null if nothing cost anything. */
  top: SpanNode | null;
}

function sumCosts(roots: readonly SpanNode[]): Cost {
  let total = 0n;
  let most = 0n;
  let top: SpanNode | null = null;
  for (const root of roots) {
    const cost = BigInt(root.subtree_cost_usd_e6);
    total += cost;
    if (cost > most) [most, top] = [cost, root];
  }
  return { total, top };
}

/** Puts siblings on the list so that the first is taken first. */
function pushAll(
  left: Line[],
  nodes: readonly SpanNode[],
  before: string,
  level: number,
): void {
  const deep = level > MAX_INDENT;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node === undefined) continue;
    const last = i === nodes.length - 1;
    left.push({
      node,
      stem: before + (last ? "└─ " : "├─ "),
      below: deep ? before : before + (last ? "   " : "│  "),
      level,
    });
  }
}

function describe(
  node: SpanNode,
  { total, top }: Cost,
  room: number | null,
  { paint, full, nowMs }: SpanTreeOptions,
): string {
  const { span } = node;
  const cost = BigInt(node.subtree_cost_usd_e6);
  const percent = total > 0n ? cost * 100n / total : 0n;
  const costly = node === top ||
    (total > 0n && cost * 100n > total * COSTLY_PERCENT);
  const tool = [span.tool, span.subagent_type ?? ""].filter((word) =>
    word !== ""
  )
    .map(escapeLine).join(" ");
  const end = describeEnd(span);
  const figures = [
    describeDuration(span, nowMs),
    describeWait(span),
    describeCost(node, total),
    BigInt(node.subtree_token_count) === 0n
      ? null
      : `${formatCount(node.subtree_token_count)} tokens`,
    end === null ? null : escapeLine(end),
    costly ? `${percent}% of the cost` : null,
  ].filter((part) => part !== null).join(" · ");
  const about = describeSubject(span, full);
  const text = [tool, figures, about].filter((part) => part !== "").join("  ");
  const cut = room === null ? text : cutCells(text, room);
  const brush = span.status === "done" && costly
    ? paint.red
    : callBrush(span, paint);
  // Only a tool that was left whole can be colored apart from the rest.
  return cut.startsWith(tool) ? brush(tool) + cut.slice(tool.length) : cut;
}

/**
 * The cost of a span and all below it; null if it is nothing, or if no cost of the whole tree is
 * known.
 */
function describeCost(node: SpanNode, total: bigint): string | null {
  if (node.cost_known === false) return total > 0n ? UNKNOWN : null;
  const cost = node.subtree_cost_usd_e6;
  if (BigInt(cost) === 0n) return null;
  return node.cost_complete === false
    ? `≥ ${formatCost(cost)}`
    : formatCost(cost);
}

/** The call's command or other summary; else its paths, the first alone unless all are wanted. */
function describeSubject(span: ToolSpanView, full: boolean): string {
  const summary = span.summary ?? "";
  const rest = span.paths.filter((path) => path !== summary);
  if (summary !== "") {
    return [summary, ...full ? rest : []].map(escapeLine).join(" ");
  }
  const shown = full ? span.paths : span.paths.slice(0, 1);
  const more = span.paths.length - shown.length;
  return shown.map(escapeLine).join(" ") + (more > 0 ? ` (+${more})` : "");
}
