// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How to take changes back.
 * @module
 */

/** Remembers, for each change, what undoes it; the newest is undone first. */
export class SpanUndoLog {
  #steps: (() => void)[] = [];

  /** Number of changes that can be undone. */
  get length(): number {
    return this.#steps.length;
  }

  /** Makes a change and remembers how to undo it. */
  run(change: () => void, undo: () => void): void {
    change();
    this.#steps.push(undo);
  }

  /** Undoes all changes. */
  rollback(): void {
    while (this.#steps.length > 0) this.#steps.pop()?.();
  }

  /** Makes all changes final. */
  clear(): void {
    this.#steps = [];
  }
}
