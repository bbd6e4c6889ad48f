// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The connection of a hook to a daemon, and its deadline.
 * @module
 */
import type { ClientOptions } from "../client/mod.ts";
import type { Context, Paths } from "../context/mod.ts";
import { daemonTimeoutMs } from "./hook_deadline.ts";

/**
 * A larger event is spooled at once, because no daemon stores it before a hook's deadline; in
 * bytes.
 */
export const SPOOL_AT_ONCE_BYTES = 1024 * 1024;

/** The surroundings of a hook's event. */
export interface Route {
  context: Pick<Context, "connect" | "env" | "now" | "meanwhile">;
  paths: Paths;
  /** As {@linkcode hookDeadline} returns it. */
  deadlineMs: number;
  /** Whether a daemon may be started. */
  mayStart: boolean;
}

/**
 * Returns options for a request that ends before the hook's deadline; null if it is too late to
 * ask.
 */
export function clientWithin(
  { context, paths, deadlineMs }: Pick<Route, "paths" | "deadlineMs"> & {
    context: Pick<Context, "connect">;
  },
): ClientOptions | null {
  const timeoutMs = daemonTimeoutMs(deadlineMs);
  if (timeoutMs === null) return null;
  return { socket: paths.socket, connect: context.connect, timeoutMs };
}
