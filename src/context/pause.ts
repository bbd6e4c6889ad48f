// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Waits without node's timers.
 * @module
 */

/**
 * Waits without loading node's timers, as `setTimeout` would. Keeps the process alive meanwhile.
 *
 * @param ms Time to wait, in milliseconds.
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

/**
 * Waits at a tenth of the cost of a first `pause()`, but does not keep the process alive. It is for
 * the deadline of work that does.
 *
 * @param ms Time to wait, in milliseconds.
 */
export async function expiry(ms: number): Promise<void> {
  if (!isSince(2, 8)) return await pause(ms);
  const neverWoken = new Int32Array(new SharedArrayBuffer(4));
  await Atomics.waitAsync(neverWoken, 0, 0, ms).value;
}

/** Before 2.8 Deno does not wake up at the end of such a wait. */
function isSince(major: number, minor: number): boolean {
  const [ours = 0, its = 0] = Deno.version.deno.split(".").map(Number);
  return ours > major || ours === major && its >= minor;
}
