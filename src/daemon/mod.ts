// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our own daemon: owns a home, listens at its socket, stores events and answers requests.
 * `serveDaemon` serves in the foreground, `serveDetached` in the child that `src/launch/` spawns.
 * @module
 */
export { inspectStore, type StoreInspection } from "./inspect_store.ts";
export { jsonLog, type LineSink, type Log, type LogLevel } from "./log.ts";
export { LogFile } from "./log_file.ts";
export { serveDaemon, type ServeOptions } from "./serve_daemon.ts";
export { serveDetached, type ServeDetachedOptions } from "./serve_detached.ts";
