// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Builds the tree of calls: each call is a child of the call that started its subagent.
 * @module
 */
import { ITEMS_A_STEP, sortInSteps } from "./_steps.ts";
import {
  type CallState,
  endOf,
  namedKey,
  seenAt,
  subagentTypeOf,
  threadOf,
  toolOf,
} from "./call_state.ts";
import type { Halts } from "./halts.ts";
import { isBefore, type Moment } from "./moment.ts";
import { newThread, type ThreadState } from "./thread_state.ts";
import { isSubagentTool } from "./tools.ts";

/** A node of the tree: a call, or a subagent whose starting call is not known. */
export type TreeNode =
  & {
    readonly children: TreeNode[];
    readonly at: Moment;
    readonly key: string;
    /** Ids of the subagents that the call started. */
    readonly starts: string[];
  }
  & (
    | { readonly call: CallState; readonly agent: null }
    | { readonly call: null; readonly agent: ThreadState }
  );

/** Builds the tree of calls in steps. Siblings are sorted by their start. */
export function* buildCallTree(
  calls: ReadonlyMap<string, CallState>,
  threads: ReadonlyMap<string, ThreadState>,
  halts: Halts,
): Generator<void, TreeNode[]> {
  const nodes: TreeNode[] = [];
  for (const call of calls.values()) {
    const { key, whole } = call;
    if (whole !== null) continue;
    const at = seenAt(call);
    nodes.push({ call, agent: null, key, at, children: [], starts: [] });
    if (nodes.length % ITEMS_A_STEP === 0) yield;
  }
  const sorted = yield* sortInSteps(nodes, compareNodes);
  const starters = yield* findStarters(calls, { threads, sorted, halts });
  const byKey = new Map<string, TreeNode>();
  const roots: TreeNode[] = [];
  const agents = new Map<string, TreeNode>();
  let seen = 0;
  for (const node of starters.size === 0 ? [] : sorted) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    byKey.set(node.key, node);
  }
  for (const [id, { key }] of starters) byKey.get(key)?.starts.push(id);
  for (const node of sorted) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    const id = node.call === null ? "" : threadOf(node.call);
    const starter = starters.get(id);
    if (id === "") roots.push(node);
    else if (starter !== undefined) {
      byKey.get(starter.key)?.children.push(node);
    } else agentNode(agents, id, { threads, node }).children.push(node);
  }
  if (agents.size === 0) return roots;
  return yield* sortInSteps([...roots, ...agents.values()], compareNodes);
}

/** Returns the node of a subagent. A new node gets the moment of its start or of its first call. */
function agentNode(
  known: Map<string, TreeNode>,
  id: string,
  { threads, node }: {
    threads: ReadonlyMap<string, ThreadState>;
    node: TreeNode;
  },
): TreeNode {
  const found = known.get(id);
  if (found !== undefined) return found;
  const agent = threads.get(id) ?? newThread(id);
  const at = agent.firstStart ?? node.at;
  const key = `agent:${id}`;
  const made = { call: null, agent, key, at, children: [], starts: [] };
  known.set(id, made);
  return made;
}

/** Compares by start, then key. The rest of the moment has no meaning for a reader. */
function compareNodes(a: TreeNode, b: TreeNode): number {
  if (a.at[0] !== b.at[0]) return a.at[0] < b.at[0] ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

/**
 * Finds the call that started each subagent: the call whose result names it, else the call that its
 * start names, else the only possible call. A subagent's own call, or one of a subagent that it
 * started, is never chosen.
 */
function* findStarters(
  calls: ReadonlyMap<string, CallState>,
  { threads, sorted, halts }: {
    threads: ReadonlyMap<string, ThreadState>;
    sorted: readonly TreeNode[];
    halts: Halts;
  },
): Generator<void, ReadonlyMap<string, CallState>> {
  const starters = new Map<string, CallState>();
  // Only the session itself made calls.
  if (threads.size <= 1) return starters;
  const taken = new Set<string>();
  const link = (id: string, call: CallState) => {
    if (starters.has(id) || leadsTo(starters, threadOf(call), id)) return;
    starters.set(id, call);
    taken.add(call.key);
  };
  const byStart: CallState[] = [];
  let seen = 0;
  for (const { call } of sorted) {
    if (++seen % ITEMS_A_STEP === 0) yield;
    if (call === null) continue;
    const id = nameOf(call);
    if (id !== null) link(id, call);
    if (id !== null || isSubagentTool(toolOf(call))) byStart.push(call);
  }
  const others = new Map<string, ThreadState>();
  for (const id of Array.from(threads.keys()).sort()) {
    const thread = threads.get(id);
    if (id === "" || thread === undefined || starters.has(id)) continue;
    const key = thread.callId === null ? null : namedKey(thread.callId);
    const call = key === null ? undefined : calls.get(key);
    if (call !== undefined) link(id, call);
    else if (thread.firstStart !== null) others.set(id, thread);
  }
  linkByElimination(byStart, { others, taken, starters, link, halts });
  return starters;
}

/** Links subagents to calls as long as one has a single possible call that no other claims. */
function linkByElimination(
  byStart: readonly CallState[],
  { others, taken, starters, link, halts }: {
    others: Map<string, ThreadState>;
    taken: ReadonlySet<string>;
    starters: ReadonlyMap<string, CallState>;
    link: (id: string, call: CallState) => void;
    halts: Halts;
  },
): void {
  const choices = new Map<string, CallState[]>();
  for (const [id, thread] of others) {
    const possible = byStart.filter((call) =>
      canHaveStarted(call, thread, halts)
    );
    choices.set(id, possible);
  }
  while (true) {
    const claims = new Map<string, string[]>();
    for (const [id, possible] of choices) {
      const left = possible.filter((call) =>
        !taken.has(call.key) && !leadsTo(starters, threadOf(call), id)
      );
      choices.set(id, left);
      const [only] = left;
      if (only === undefined || left.length > 1) continue;
      claims.set(only.key, [...claims.get(only.key) ?? [], id]);
    }
    let linked = false;
    for (const ids of claims.values()) {
      const [id] = ids;
      const [call] = id === undefined ? [] : choices.get(id) ?? [];
      // Several subagents claim this call, and nothing tells which one it started.
      if (id === undefined || call === undefined || ids.length > 1) continue;
      link(id, call);
      choices.delete(id);
      linked = true;
    }
    if (!linked) return;
  }
}

/** Returns the subagent that the call's end names, or null. */
function nameOf(call: CallState): string | null {
  return call.end?.startsAgent ?? null;
}

/** Whether the call was running when the subagent started, and starts subagents of its type. */
function canHaveStarted(
  call: CallState,
  thread: ThreadState,
  halts: Halts,
): boolean {
  const { firstStart, type } = thread;
  if (firstStart === null || !isSubagentTool(toolOf(call))) return false;
  if (nameOf(call) !== null || threadOf(call) === thread.id) return false;
  if (call.start === null || !isBefore(call.start.at, firstStart)) return false;
  const end = endOf(call);
  if (end !== null && isBefore(end.at, firstStart)) return false;
  // A call without an end was abandoned at the next halt of its thread.
  const halt = halts.lastBefore(threadOf(call), firstStart);
  if (end === null && isBefore(call.start.at, halt)) return false;
  const wanted = subagentTypeOf(call);
  return wanted === null || type === null || wanted === type;
}

/** Whether the subagent `from` is `to`, or was started by it directly or indirectly. */
function leadsTo(
  starters: ReadonlyMap<string, CallState>,
  from: string,
  to: string,
): boolean {
  let id = from;
  while (id !== "") {
    if (id === to) return true;
    const call = starters.get(id);
    if (call === undefined) return false;
    id = threadOf(call);
  }
  return false;
}
