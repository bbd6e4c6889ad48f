// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The way from a hook to a daemon, and the time there is for it.
 * @module
 */
import type { ClientOptions } from "../client/mod.ts";
import type { Context, Paths } from "../context/mod.ts";
import { daemonTimeoutMs } from "./hook_deadline.ts";

/** A larger event goes to the spool at once: no daemon stores it before a hook's deadline. In bytes. */
export const SPOOL_AT_ONCE_BYTES = 1024 * 1024;

/** What a hook's event needs on its way. */
export interface Route {
  context: Pick<Context, "connect" | "env" | "now" | "meanwhile">;
  paths: Paths;
  /** As {@linkcode hookDeadline} returns it. */
  deadlineMs: number;
  /** Whether a daemon may be started. */
  mayStart: boolean;
}

/** How to ask the daemon before the hook's deadline; null if it is too late to ask. */
export function clientWithin(
  { context, paths, deadlineMs }: Pick<Route, "paths" | "deadlineMs"> & {
    context: Pick<Context, "connect">;
  },
): ClientOptions | null {
  const timeoutMs = daemonTimeoutMs(deadlineMs);
  if (timeoutMs === null) return null;
  return { socket: paths.socket, connect: context.connect, timeoutMs };
}
