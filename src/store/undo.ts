// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Keeps memory in step with a transaction: what is changed inside one can be taken back.
 * @module
 */

/** How to take back what was changed in memory since the transaction began. */
export class UndoLog {
  #steps: (() => void)[] = [];

  /** Notes how to take back a change that was just made. */
  push(step: () => void): void {
    this.#steps.push(step);
  }

  /** Takes back all changes, newest first. */
  rollback(): void {
    for (const step of this.#steps.splice(0).reverse()) step();
  }

  /** Makes all changes final. */
  commit(): void {
    this.#steps.length = 0;
  }
}
