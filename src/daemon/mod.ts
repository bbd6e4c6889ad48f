// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our own daemon: owns a home, listens at its socket, keeps what comes in and answers what is asked. `runDaemon` is the
 * daemon itself; `startBackground` starts one and waits until it can be reached, and the child it starts is `runDetached`.
 * @module
 */
export { runDetached, type RunDetachedOptions } from "./detached.ts";
export { HomeBusyError, StartError } from "./errors.ts";
export { jsonLog, type LineSink, type Log, type LogLevel } from "./log.ts";
export { type ReadyInfo, runDaemon, type RunOptions } from "./run.ts";
export {
  startBackground,
  type StartOptions,
  type StartResult,
} from "./start.ts";
