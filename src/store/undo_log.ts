// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Undoes changes in memory when a transaction is rolled back.
 * @module
 */

/** The changes in memory since the transaction began. */
export class UndoLog {
  #steps: (() => void)[] = [];

  /** Adds a function that undoes a change. */
  push(step: () => void): void {
    this.#steps.push(step);
  }

  /** Undoes all changes, newest first. */
  rollback(): void {
    for (const step of this.#steps.splice(0).reverse()) step();
  }

  /** Makes all changes final. */
  commit(): void {
    this.#steps.length = 0;
  }
}
