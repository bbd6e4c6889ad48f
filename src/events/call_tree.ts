// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which call started the subagent that made another call, and the tree that this makes.
 * @module
 */
import {
  type CallState,
  endOf,
  namedKey,
  seenAt,
  subagentTypeOf,
  threadOf,
  toolOf,
} from "./call_state.ts";
import { compareMoments, isBefore, type Moment } from "./moment.ts";
import type { ThreadState } from "./thread_state.ts";
import { isSubagentTool } from "./tools.ts";

/** A node of the tree: a call, or a subagent of which nothing tells which call started it. */
export type TreeNode =
  & {
    readonly children: TreeNode[];
    readonly at: Moment;
    readonly key: string;
  }
  & (
    | { readonly call: CallState; readonly agent: null }
    | { readonly call: null; readonly agent: ThreadState }
  );

/** Builds the tree of calls: each below the call that started its subagent; siblings by their start. */
export function buildCallTree(
  calls: Iterable<CallState>,
  threads: ReadonlyMap<string, ThreadState>,
): TreeNode[] {
  const shown = Array.from(calls).filter(({ whole }) => whole === null);
  const starters = findStarters(shown, threads);
  const roots: TreeNode[] = [];
  const byCall = new Map<string, TreeNode>();
  const byAgent = new Map<string, TreeNode>();
  for (const call of shown) {
    const { key } = call;
    byCall.set(key, {
      call,
      agent: null,
      key,
      at: seenAt(call),
      children: [],
    });
  }
  for (const node of byCall.values()) {
    const id = node.call === null ? "" : threadOf(node.call);
    if (id === "") {
      roots.push(node);
      continue;
    }
    const starter = starters.get(id);
    const parent = starter === undefined
      ? agentNode(byAgent, { id, threads, first: node.at })
      : byCall.get(starter.key);
    (parent?.children ?? roots).push(node);
  }
  roots.push(...byAgent.values());
  for (const node of byCall.values()) sortNodes(node.children);
  for (const node of byAgent.values()) sortNodes(node.children);
  return sortNodes(roots);
}

function agentNode(
  known: Map<string, TreeNode>,
  { id, threads, first }: {
    id: string;
    threads: ReadonlyMap<string, ThreadState>;
    first: Moment;
  },
): TreeNode {
  const found = known.get(id);
  const agent = threads.get(id);
  if (agent === undefined) {
    throw new TypeError(`Cannot build tree: subagent "${id}" has no thread`);
  }
  const at = agent.firstStart ??
    (found !== undefined && isBefore(found.at, first) ? found.at : first);
  const node: TreeNode = {
    call: null,
    agent,
    key: `agent:${id}`,
    at,
    children: found?.children ?? [],
  };
  known.set(id, node);
  return node;
}

function sortNodes(nodes: TreeNode[]): TreeNode[] {
  return nodes.sort((a, b) =>
    compareMoments(a.at, b.at) || (a.key < b.key ? -1 : 1)
  );
}

/**
 * Finds the call that started each subagent: the one whose result names it, else the one that its start names, else the only one that it
 * can be. Never a call that the subagent made itself, or another that it started.
 */
function findStarters(
  calls: readonly CallState[],
  threads: ReadonlyMap<string, ThreadState>,
): ReadonlyMap<string, CallState> {
  const starters = new Map<string, CallState>();
  const taken = new Set<string>();
  const link = (id: string, call: CallState) => {
    if (starters.has(id) || leadsTo(starters, threadOf(call), id)) return;
    starters.set(id, call);
    taken.add(call.key);
  };
  const byStart = calls
    .filter((call) => nameOf(call) !== null || isSubagentTool(toolOf(call)))
    .sort((a, b) =>
      compareMoments(seenAt(a), seenAt(b)) || (a.key < b.key ? -1 : 1)
    );
  for (const call of byStart) {
    const id = nameOf(call);
    if (id !== null) link(id, call);
  }
  const named = new Map(calls.map((call) => [call.key, call]));
  const others = new Map<string, ThreadState>();
  for (const id of Array.from(threads.keys()).sort()) {
    const thread = threads.get(id);
    if (id === "" || thread === undefined || starters.has(id)) continue;
    const key = thread.callId === null ? null : namedKey(thread.callId);
    const call = key === null ? undefined : named.get(key);
    if (call !== undefined) link(id, call);
    else if (thread.firstStart !== null) others.set(id, thread);
  }
  linkByElimination(byStart, { others, taken, starters, link });
  return starters;
}

/** Links subagents to calls while one of them leaves no other choice: only one call can have started it, and no other. */
function linkByElimination(
  byStart: readonly CallState[],
  { others, taken, starters, link }: {
    others: Map<string, ThreadState>;
    taken: ReadonlySet<string>;
    starters: ReadonlyMap<string, CallState>;
    link: (id: string, call: CallState) => void;
  },
): void {
  const choices = new Map<string, CallState[]>();
  for (const [id, thread] of others) {
    const possible = byStart.filter((call) => canHaveStarted(call, thread));
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
      // Two subagents that only one call can have started: nothing tells which.
      if (id === undefined || call === undefined || ids.length > 1) continue;
      link(id, call);
      choices.delete(id);
      linked = true;
    }
    if (!linked) return;
  }
}

/** The subagent that the call's end names, or null. */
function nameOf(call: CallState): string | null {
  return call.end?.startsAgent ?? null;
}

/** Whether the call ran when the subagent started, and starts subagents of that type. */
function canHaveStarted(call: CallState, thread: ThreadState): boolean {
  const { firstStart, type } = thread;
  if (firstStart === null || !isSubagentTool(toolOf(call))) return false;
  if (nameOf(call) !== null || threadOf(call) === thread.id) return false;
  if (call.start === null || !isBefore(call.start.at, firstStart)) return false;
  const end = endOf(call);
  if (end !== null && isBefore(end.at, firstStart)) return false;
  const wanted = subagentTypeOf(call);
  return wanted === null || type === null || wanted === type;
}

/** Whether the subagent `from` was started by `to`, or by one that was, and so on; or is `to`. */
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
