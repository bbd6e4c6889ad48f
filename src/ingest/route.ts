// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The way from a hook to a daemon, and the time there is for it.
 * @module
 */
import type { ClientOptions } from "../client/mod.ts";
import type { Context, Paths } from "../context/mod.ts";
import type { Budget } from "./budget.ts";

/** A larger event goes to the spool at once: no daemon stores it within a hook's budget. In bytes. */
export const SPOOL_AT_ONCE_BYTES = 1024 * 1024;

/** What a hook's event needs on its way. */
export interface Route {
  context: Pick<Context, "connect" | "env" | "now" | "meanwhile">;
  paths: Paths;
  budget: Budget;
  /** Whether a daemon may be started. */
  mayStart: boolean;
}

/** How to ask the daemon within what is left of the budget; null if nothing is. */
export function clientWithin(
  { context, paths, budget }: Pick<Route, "paths" | "budget"> & {
    context: Pick<Context, "connect">;
  },
): ClientOptions | null {
  const timeoutMs = budget.daemonMs();
  if (timeoutMs === null) return null;
  return { socket: paths.socket, connect: context.connect, timeoutMs };
}
