// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The right to spawn a process in the background for events that wait: at most once a minute.
 * @module
 */
import { openOwnFile, retryInterrupted, whyForeign } from "../context/mod.ts";

/** Time between two spawns, in milliseconds. */
const PAUSE_MS = 60_000;

/**
 * Claims the right to spawn a process for a home. Of many processes that ask at once, one gets it.
 *
 * @param home Absolute path of a home that exists.
 * @param what Names the stamp file that holds the time of the last spawn.
 * @param nowMs The clock, in epoch milliseconds; a stamp in the future does not count.
 */
export function claimSpawn(home: string, what: string, nowMs: number): boolean {
  try {
    if (whyForeign(home) !== null) return false;
    using stamp = openOwnFile(`${home}/${what}.start`, { heal: true });
    if (!retryInterrupted(() => stamp.tryLockSync(true))) return false;
    const since = nowMs - readStamp(stamp);
    if (since >= 0 && since < PAUSE_MS) return false;
    stamp.truncateSync(0);
    stamp.seekSync(0, Deno.SeekMode.Start);
    stamp.writeSync(new TextEncoder().encode(`${nowMs}`));
    return true;
  } catch {
    return false; // a home that cannot be written has no daemon either
  }
}

/** Returns the time of the last spawn in epoch milliseconds, or NaN if the file holds no time. */
function readStamp(stamp: Deno.FsFile): number {
  const bytes = new Uint8Array(32);
  const length = stamp.readSync(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
