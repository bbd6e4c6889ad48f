// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Span rows as the tree that `detail` answers.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { compareBytes } from "./_text.ts";

/** What of a row decides its place; start times compare as the signed 64-bit integers that SQLite makes of them. */
export interface SpanPlace {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly depth: number;
  readonly startMs: Int | null;
}

/** A row and the rows below it, in order. */
export interface SpanBranch<T> {
  readonly row: T;
  readonly children: readonly SpanBranch<T>[];
}

/** The same while it grows. */
interface Branch<T> {
  readonly row: T;
  children: Branch<T>[];
}

/** Rows that are sorted or linked between two pauses of {@linkcode growSpanTree}. */
const ROWS_A_STEP = 1000;

/**
 * Builds the tree: rows by depth, then start (none first), then span id by bytes; a row whose parent has no row is a root, and what is
 * left over in circles of parents follows as further roots, each row once.
 *
 * @param rows In any order, no two with the same span id.
 */
export function buildSpanTree<T extends SpanPlace>(
  rows: readonly T[],
): SpanBranch<T>[] {
  const steps = growSpanTree(rows);
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Does the same in steps of a few milliseconds, so that other work can come between. */
export function* growSpanTree<T extends SpanPlace>(
  rows: readonly T[],
): Generator<void, SpanBranch<T>[]> {
  const sorted = yield* sortRows(rows);
  const byId = new Map<string, Branch<T>>();
  let seen = 0;
  for (const row of sorted) {
    byId.set(row.spanId, { row, children: [] });
    if (++seen % ROWS_A_STEP === 0) yield;
  }
  const roots: Branch<T>[] = [];
  const below: Branch<T>[] = [];
  for (const branch of byId.values()) {
    const { parentSpanId } = branch.row;
    const parent = parentSpanId === null ? undefined : byId.get(parentSpanId);
    (parent === undefined ? roots : below).push(branch);
    parent?.children.push(branch);
    if (++seen % ROWS_A_STEP === 0) yield;
  }
  yield* cutCircles(roots, below);
  return roots;
}

/** Appends to `roots` what none of them leads to, and takes each row out where it would appear a second time. */
function* cutCircles<T>(
  roots: Branch<T>[],
  below: readonly Branch<T>[],
): Generator<void, void> {
  const placed = new Set(roots);
  let looked = 0;
  const place = function* (left: Branch<T>[]): Generator<void, void> {
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at.children.some((child) => placed.has(child))) {
        at.children = at.children.filter((child) => !placed.has(child));
      }
      for (const child of at.children) {
        placed.add(child);
        left.push(child);
      }
      if (++looked % ROWS_A_STEP === 0) yield;
    }
  };
  yield* place([...roots]);
  for (const branch of below) {
    if (placed.has(branch)) continue;
    placed.add(branch);
    roots.push(branch);
    yield* place([branch]);
  }
}

/** Merge sort: short pieces at once, then pieces of twice the length. */
function* sortRows<T extends SpanPlace>(
  rows: readonly T[],
): Generator<void, readonly T[]> {
  if (isSorted(rows)) return rows;
  let pieces: T[][] = [];
  for (let i = 0; i < rows.length; i += ROWS_A_STEP) {
    pieces.push(rows.slice(i, i + ROWS_A_STEP).sort(comparePlaces));
    yield;
  }
  while (pieces.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < pieces.length; i += 2) {
      merged.push(yield* mergeRows(pieces[i] ?? [], pieces[i + 1] ?? []));
    }
    pieces = merged;
  }
  return pieces[0] ?? [];
}

function* mergeRows<T extends SpanPlace>(
  a: readonly T[],
  b: readonly T[],
): Generator<void, T[]> {
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (
      left !== undefined &&
      (right === undefined || comparePlaces(left, right) <= 0)
    ) {
      merged.push(left);
      i++;
    } else if (right !== undefined) {
      merged.push(right);
      j++;
    }
    if (merged.length % ROWS_A_STEP === 0) yield;
  }
  return merged;
}

function isSorted(rows: readonly SpanPlace[]): boolean {
  return rows.every((row, i) => {
    const before = rows[i - 1];
    return before === undefined || comparePlaces(before, row) <= 0;
  });
}

function comparePlaces(a: SpanPlace, b: SpanPlace): number {
  return a.depth - b.depth || compareStarts(a.startMs, b.startMs) ||
    compareBytes(a.spanId, b.spanId);
}

function compareStarts(a: Int | null, b: Int | null): number {
  if (a === null || b === null) {
    return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  }
  const x = asSigned(a);
  const y = asSigned(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function asSigned(time: Int): Int {
  return typeof time === "number" ? time : BigInt.asIntN(64, time);
}
