// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How to take changes back.
 * @module
 */

/** Remembers, for each change, what undoes it; the newest is undone first. */
export class UndoLog {
  #steps: (() => void)[] = [];

  /** Number of changes that can be undone: a mark to go back to. */
  get length(): number {
    return this.#steps.length;
  }

  /** Makes a change and remembers how to undo it. */
  run(change: () => void, undo: () => void): void {
    change();
    this.#steps.push(undo);
  }

  /** Undoes all changes made since {@linkcode length} was `mark`. */
  backTo(mark: number): void {
    while (this.#steps.length > mark) this.#steps.pop()?.();
  }

  /** Makes all changes final. */
  clear(): void {
    this.#steps = [];
  }
}
