// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The start of a daemon, up to the moment it can be reached. `spawnOnce` spawns a process and never
 * waits for it. `startDaemon` spawns a daemon and waits until it answers. The daemon itself claims
 * its home with `claimHome`, and serves in `src/daemon/`.
 * @module
 */
export { claimHome, type ClaimHomeOptions } from "./claim_home.ts";
export { isStarting } from "./claim_spawn.ts";
export { DAEMON_FAILED, readLastFailure } from "./last_failure.ts";
export { findHolder, type HomeLock } from "./home_lock.ts";
export { takeLastWords } from "./last_words.ts";
export {
  isHomeFile,
  isOtherFolder,
  listOddFiles,
  type OddFile,
} from "./odd_files.ts";
export {
  openHome,
  prepareHome,
  refuseForeignHome,
  whyNoDaemon,
} from "./prepare_home.ts";
export { probe, type ProbeResult } from "./probe.ts";
export {
  printReadyLine,
  type ReadyInfo,
  type ReadyLine,
} from "./ready_line.ts";
export { type SelfCommand, selfCommand } from "./self_command.ts";
export { spawnOnce } from "./spawn_once.ts";
export {
  startDaemon,
  type StartOptions,
  type StartResult,
} from "./start_daemon.ts";
