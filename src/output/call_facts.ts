// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Facts of a tool call that several screens show: how long it took, how it ended.
 * @module
 */
import {
  type Int,
  type SpanNode,
  toInt,
  type ToolSpanView,
} from "../proto/mod.ts";
import type { Brush, Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";

/** A shorter wait for permission is not worth a word, in milliseconds. */
const LEAST_WAIT_MS = 1000;

/**
 * How long a call took, in milliseconds: the agent's own figure where it sent one, else from start
 * to end without the wait for permission. Null while the call is open.
 */
export function callDuration(span: ToolSpanView): Int | null {
  const latency = span.latency_ms ?? null;
  if (latency !== null) return latency;
  if (span.lead_time_ms === null) return null;
  const worked = BigInt(span.lead_time_ms) - BigInt(span.wait_ms ?? 0);
  return worked < 0n ? 0 : toInt(worked);
}

/**
 * Describes a call's duration: `1.2s`, or `14s so far` for one that is open. Null if it is not
 * known.
 */
export function describeDuration(
  span: ToolSpanView,
  nowMs: number,
): string | null {
  const duration = callDuration(span);
  if (duration !== null) return formatDuration(duration);
  const start = span.started_at_ms ?? null;
  if (span.status !== "open" || start === null) return null;
  return `${formatDuration(Math.max(0, nowMs - Number(start)))} so far`;
}

/**
 * Describes how long a call waited for permission; null if it did not, or for less than a second.
 */
export function describeWait({ wait_ms }: ToolSpanView): string | null {
  const wait = wait_ms ?? null;
  if (wait === null || Number(wait) < LEAST_WAIT_MS) return null;
  return `waited ${formatDuration(wait)}`;
}

/**
 * Describes how a call ended, if not well: `failed: exit code 1`, `denied`, `interrupted`, `open`,
 * `orphaned`.
 */
export function describeEnd(span: ToolSpanView): string | null {
  if (span.status === "done") return null;
  const error = span.error ?? "";
  return error === "" ? span.status : `${span.status}: ${error}`;
}

/** The color of a call by its status. */
export function callBrush({ status }: ToolSpanView, paint: Paint): Brush {
  switch (status) {
    case "done":
      return paint.cyan;
    case "open":
      return paint.green;
    case "failed":
      return paint.red;
    case "denied":
    case "interrupted":
    case "orphaned":
      return paint.yellow;
  }
}

/** All spans of a tree, parents first. */
export function flattenSpans(roots: readonly SpanNode[]): ToolSpanView[] {
  const found: ToolSpanView[] = [];
  const left = [...roots].reverse();
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    found.push(node.span);
    left.push(...[...node.children].reverse());
  }
  return found;
}
