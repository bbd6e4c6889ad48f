// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Claims a home, so that this process is its only daemon.
 * @module
 */
import { HomeBusyError, type Paths, pause } from "../context/mod.ts";
import { prepareHome } from "./prepare_home.ts";
import { HomeLock, noteClaim, readHolder } from "./home_lock.ts";
import { probe, type ProbeResult } from "./probe.ts";

/** Time between two attempts to take a lock whose holder does not answer, in milliseconds. */
const RETRY_MS = 25;

/** Which home to claim. */
export interface ClaimHomeOptions {
  paths: Pick<Paths, "home" | "lock" | "socket">;
  /**
   * How long to wait for a holder that does not answer, in milliseconds. One that stops lets go
   * within two seconds; one that starts answers soon.
   */
  patienceMs: number;
}

/**
 * Prepares the home and takes its lock.
 *
 * @returns The lock. The home belongs to this process until the lock is disposed of.
 * @throws {HomeBusyError} If another daemon answers at the socket, or keeps the lock without
 * answering.
 * @throws {HomeError} If the home or the lock file cannot be used.
 */
export async function claimHome(options: ClaimHomeOptions): Promise<HomeLock> {
  const { paths, patienceMs } = options;
  prepareHome(paths.home);
  const end = performance.now() + patienceMs;
  while (true) {
    const lock = HomeLock.take(paths.lock);
    if (lock !== null) return lock;
    const peer = await probe(paths.socket);
    if (peer.state === "alive" || performance.now() >= end) {
      noteClaim(paths.lock);
      throw busy(paths, peer);
    }
    await pause(RETRY_MS);
  }
}

function busy(paths: ClaimHomeOptions["paths"], peer: ProbeResult) {
  if (peer.state === "alive") {
    return new HomeBusyError(
      peer.pid,
      `Cannot run a daemon in "${paths.home}" as one runs already: its pid is ${peer.pid}`,
      { answers: true },
    );
  }
  const pid = readHolder(paths.lock);
  const holder = pid === null ? "another process" : `process ${pid}`;
  const state = peer.state === "dead"
    ? `nothing listens at "${paths.socket}"`
    : peer.why;
  return new HomeBusyError(
    pid,
    `Cannot run a daemon in "${paths.home}" as ${holder} holds it and does not answer: ${state}`,
  );
}
