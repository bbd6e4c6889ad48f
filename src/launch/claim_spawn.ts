// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The stamps of what was spawned in the background. For events that wait, that is done at most once
 * a minute.
 * @module
 */
import {
  lookAt,
  openOwnFile,
  type Paths,
  retryInterrupted,
  whyForeign,
} from "../context/mod.ts";

/** Time between two spawns, in milliseconds. */
const PAUSE_MS = 60_000;
/** A daemon that has not claimed its home after this time has died, in milliseconds. */
const CLAIM_MS = 5_000;

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
    using stamp = openStamp(home, what);
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

/** Sets the time of the stamp file, just before a hook or a command spawns a daemon. */
export function noteSpawn(home: string): void {
  try {
    using stamp = openStamp(home, "daemon");
    const now = new Date();
    stamp.utimeSync(now, now);
  } catch {
    // A home that cannot be written has no daemon either.
  }
}

/**
 * Whether a daemon was spawned that has neither claimed its home nor given up yet, nor had the time
 * to.
 *
 * @param nowMs The clock, in epoch milliseconds.
 * @throws {HomeError} If the system does not say.
 */
export function isStarting(
  { home, lock }: Pick<Paths, "home" | "lock">,
  nowMs: number,
): boolean {
  const spawned = lookAt(stampPath(home, "daemon"))?.mtime;
  if (!spawned) return false;
  const since = nowMs - spawned.getTime();
  if (since < 0 || since >= CLAIM_MS) return false;
  // A claim writes the file anew, and may be seen in the midst of that.
  const claim = lookAt(lock);
  return claim === null || claim.size === 0 ||
    (claim.mtime?.getTime() ?? 0) < spawned.getTime();
}

function stampPath(home: string, what: string): string {
  return `${home}/${what}.start`;
}

function openStamp(home: string, what: string): Deno.FsFile {
  return openOwnFile(stampPath(home, what), { heal: true });
}

/** Returns the time of the last spawn in epoch milliseconds, or NaN if the file holds no time. */
function readStamp(stamp: Deno.FsFile): number {
  const bytes = new Uint8Array(32);
  const length = stamp.readSync(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
