// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares what a daemon answers with what the model says.
 * @module
 */
import { asFields, type Fields } from "./event.ts";
import type { ModelSession } from "./session.ts";
import type { ModelSpan } from "./tree.ts";

/** One difference: where, what the daemon says, what is true. */
export type Difference = `${string}: is ${string}, should be ${string}`;

const SESSION_KEYS = [
  "id",
  "agent",
  "model",
  "started_at_ms",
  "ended_at_ms",
  "last_event_at_ms",
  "status",
  "trace_path",
  "title",
  "parent_session_id",
  "agent_version",
  "os",
  "arch",
  "branch",
  "start_commit",
  "end_commit",
] as const satisfies (keyof ModelSession)[];

const SPAN_KEYS = [
  "tool_call_id",
  "tool",
  "status",
  "started_at_ms",
  "ended_at_ms",
  "lead_time_ms",
  "wait_ms",
  "latency_ms",
  "error",
  "agent_id",
  "summary",
  "tokens_in",
  "tokens_out",
  "reasoning_tokens",
  "cost_usd_e6",
  "depth",
  "subtree_cost_usd_e6",
  "subtree_token_count",
] as const satisfies (keyof ModelSpan)[];

/** Compares a SessionRecord with the model's session. */
export function compareSession(
  answered: unknown,
  model: ModelSession,
): Difference[] {
  const at = model.id;
  const record = asFields(answered) ?? {};
  const activity = asFields(record.activity) ?? {};
  const totals = asFields(record.totals) ?? {};
  return [
    ...SESSION_KEYS.flatMap((key) =>
      differ(`${at}.${key}`, record[key] ?? null, model[key])
    ),
    ...(["state", "since_ms", "tool"] as const).flatMap((key) =>
      differ(
        `${at}.activity.${key}`,
        activity[key] ?? null,
        model.activity[key],
      )
    ),
    ...Object.entries(model.totals).flatMap(([key, value]) =>
      differ(`${at}.totals.${key}`, totals[key] ?? null, value)
    ),
  ];
}

/** Compares the tree of a `detail` answer with the model's. */
export function compareSpans(
  answered: unknown,
  model: readonly ModelSpan[],
  at: string,
): Difference[] {
  const nodes: unknown[] = Array.isArray(answered) ? answered : [];
  const theirs = nodes.map(asNode).sort(inOrder);
  const ours = model.map((span) => ({
    span: { ...span },
    children: span.children,
  }))
    .sort(inOrder);
  const starts = nodes.map(asNode).map(firstStart);
  const found = starts.flatMap((start, i) =>
    i > 0 && start < (starts[i - 1] ?? 0)
      ? differ(`${at} order`, starts, starts.toSorted((a, b) => a - b))
      : []
  );
  const name = ({ span }: { span: Fields }) =>
    `${span.tool} ${
      span.tool_call_id ?? span.agent_id ?? ""
    } ${span.started_at_ms}`;
  const names = differ(`${at} spans`, theirs.map(name), ours.map(name));
  if (names.length > 0) return [...found, ...names];
  return [
    ...found,
    ...theirs.flatMap(({ span, children, sums }, i) => {
      const truth = ours[i];
      if (truth === undefined) return [];
      const here = `${at}/${name(truth)}`;
      const paths = Array.isArray(span.paths) ? [...span.paths].sort() : [];
      return [
        ...SPAN_KEYS.flatMap((key) =>
          differ(`${here}.${key}`, span[key] ?? null, truth.span[key])
        ),
        ...differ(`${here}.paths`, paths, [...truth.span.paths].sort()),
        ...differ(
          `${here}.subtree`,
          [sums.subtree_cost_usd_e6, sums.subtree_token_count],
          [
            truth.span.subtree_cost_usd_e6 ?? 0,
            truth.span.subtree_token_count ?? 0,
          ],
        ),
        ...compareSpans(children, truth.children, here),
      ];
    }),
  ];
}

interface Node {
  span: Fields;
  children: unknown[];
  sums: Fields;
}

function asNode(value: unknown): Node {
  const sums = asFields(value) ?? {};
  const children = Array.isArray(sums.children) ? sums.children : [];
  return { span: asFields(sums.span) ?? {}, children, sums };
}

function inOrder(a: { span: Fields }, b: { span: Fields }): number {
  return startOf(a.span) - startOf(b.span) ||
    (keyOf(a.span) < keyOf(b.span) ? -1 : 1);
}

function startOf(span: Fields): number {
  return Number(span.started_at_ms ?? span.ended_at_ms ?? 0);
}

/** A node that does not know when it began is where its first child is. */
function firstStart({ span, children }: Node): number {
  const own = span.started_at_ms ?? span.ended_at_ms ?? null;
  return own === null
    ? Math.min(...children.map(asNode).map(firstStart))
    : Number(own);
}

function keyOf(span: Fields): string {
  return JSON.stringify([
    span.tool,
    span.tool_call_id ?? null,
    span.agent_id ?? null,
    span.ended_at_ms ?? null,
    span.summary ?? null,
    span.latency_ms ?? null,
    span.status,
  ]);
}

function differ(at: string, is: unknown, should: unknown): Difference[] {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
  return a === b ? [] : [`${at}: is ${a}, should be ${b}`];
}
