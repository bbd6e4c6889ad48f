// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Waiting.
 * @module
 */

/**
 * Waits without loading node's timers, as `setTimeout` would; keeps the process alive meanwhile.
 *
 * @param ms How long, in milliseconds.
 * @param signal Ends the wait early.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(ms);
    const done = signal ? AbortSignal.any([timeout, signal]) : timeout;
    if (done.aborted) return resolve();
    done.addEventListener("abort", () => resolve(), { once: true });
  });
}
