// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Calls of the system that a signal has interrupted.
 * @module
 */

/** A call that is interrupted this often in a row will not succeed. */
const MAX_TRIES = 100;

/**
 * Calls the system, and calls it again if a signal interrupted the call before it did anything.
 *
 * @throws {Deno.errors.Interrupted} If that happens 100 times in a row.
 */
export function retryInterrupted<T>(call: () => T): T {
  for (let tries = 1;; tries++) {
    try {
      return call();
    } catch (error) {
      const isInterrupted = error instanceof Deno.errors.Interrupted;
      if (!isInterrupted || tries === MAX_TRIES) throw error;
    }
  }
}
