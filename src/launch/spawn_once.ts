// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Spawns a process in the background for events that wait in the spool: at most once a minute, and
 * without waiting for it.
 * @module
 */
import type { Paths } from "../context/mod.ts";
import { claimSpawn } from "./claim_spawn.ts";
import type { SelfCommand } from "./self_command.ts";
import { spawnDaemon, spawnSelf } from "./spawn_daemon.ts";

/** Which process to spawn. */
export interface SpawnOnceOptions {
  paths: Pick<Paths, "home" | "socket">;
  /** The clock, in epoch milliseconds. */
  nowMs: number;
  /** The program; by default this one. */
  command?: SelfCommand;
}

/**
 * Spawns a daemon or a `spool flush`, unless one was spawned for this home within the last minute.
 * Never waits, never throws.
 *
 * @returns Whether one was spawned. Root spawns none in another user's home, because its files
 * would not be that user's.
 */
export function spawnOnce(
  task: "daemon" | "flush",
  { paths, nowMs, command }: SpawnOnceOptions,
): boolean {
  const { home, socket } = paths;
  if (!claimSpawn(home, task, nowMs)) return false;
  const program = command === undefined ? {} : { command };
  try {
    const child = task === "daemon"
      ? spawnDaemon({ paths, stdout: "null", ...program })
      : spawnSelf(["spool", "flush", "--home", home, "--socket", socket], {
        home,
        ...program,
      });
    child.unref();
    return true;
  } catch {
    return false; // the events are in the spool, and `kaizen status` says that no daemon runs
  }
}
