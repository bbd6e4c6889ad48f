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

/**
 * Waits for a tenth of what a first `pause()` costs, but does not keep the process alive: for the deadline of something that does.
 *
 * @param ms How long, in milliseconds.
 */
export async function expiry(ms: number): Promise<void> {
  if (!isSince(2, 8)) return await pause(ms);
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  await Atomics.waitAsync(nobodyWakes, 0, 0, ms).value;
}

/** Before 2.8 Deno sleeps through the end of such a wait. */
function isSince(major: number, minor: number): boolean {
  const [ours = 0, its = 0] = Deno.version.deno.split(".").map(Number);
  return ours > major || ours === major && its >= minor;
}
