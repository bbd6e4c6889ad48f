// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which open spans began first, workspace by workspace.
 * @module
 */
import type { Int } from "../proto/mod.ts";

/** What can be indexed; `heapIndex` is the index's own, -1 while the item is in none. */
export interface Started {
  readonly workspaceKey: number;
  /** Does not change while the item is in the index; null: the item is not indexed. */
  readonly startMs: Int | null;
  heapIndex: number;
}

/**
 * Finds the items that started before a moment, at a cost that depends on how many those are, and for changes on the logarithm of all.
 */
export class StartIndex<T extends Started> {
  /** For each workspace a heap: an item's start is never after those of the two at twice its place. */
  readonly #heaps = new Map<number, T[]>();

  /** Takes `item` in. */
  add(item: T): void {
    if (item.startMs === null) return;
    let heap = this.#heaps.get(item.workspaceKey);
    if (heap === undefined) {
      heap = [];
      this.#heaps.set(item.workspaceKey, heap);
    }
    heap.push(item);
    item.heapIndex = heap.length - 1;
    rise(heap, item);
  }

  /** Takes `item` out, if it is in. */
  delete(item: T): void {
    const heap = this.#heaps.get(item.workspaceKey);
    if (heap === undefined || item.heapIndex < 0) return;
    const index = item.heapIndex;
    const last = heap.pop();
    item.heapIndex = -1;
    if (heap.length === 0) this.#heaps.delete(item.workspaceKey);
    if (last === undefined || last === item) return;
    heap[index] = last;
    last.heapIndex = index;
    rise(heap, last);
    sink(heap, last);
  }

  /** The items of one workspace that started before `limit`, in no order. */
  before(workspaceKey: number, limit: Int): T[] {
    const heap = this.#heaps.get(workspaceKey);
    const found: T[] = [];
    if (heap === undefined) return found;
    const left = [0];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      const item = heap[at];
      if (item === undefined || !startsBefore(item, limit)) continue;
      found.push(item);
      left.push(2 * at + 1, 2 * at + 2);
    }
    return found;
  }
}

function startsBefore(item: Started, limit: Int): boolean {
  return item.startMs !== null && item.startMs < limit;
}

function rise<T extends Started>(heap: T[], item: T): void {
  while (item.heapIndex > 0) {
    const parent = heap[(item.heapIndex - 1) >> 1];
    if (parent === undefined || !precedes(item, parent)) return;
    swap(heap, item, parent);
  }
}

function sink<T extends Started>(heap: T[], item: T): void {
  while (true) {
    const left = heap[2 * item.heapIndex + 1];
    const right = heap[2 * item.heapIndex + 2];
    if (left === undefined) return;
    const first = right !== undefined && precedes(right, left) ? right : left;
    if (!precedes(first, item)) return;
    swap(heap, first, item);
  }
}

function precedes(a: Started, b: Started): boolean {
  return b.startMs !== null && startsBefore(a, b.startMs);
}

function swap<T extends Started>(heap: T[], a: T, b: T): void {
  const index = a.heapIndex;
  a.heapIndex = b.heapIndex;
  b.heapIndex = index;
  heap[a.heapIndex] = a;
  heap[b.heapIndex] = b;
}
