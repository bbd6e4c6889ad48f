// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where a hook keeps things: nobody is told what is wrong with a path, so one that cannot be used must not cost the event.
 * @module
 */
import {
  type Context,
  type Paths,
  resolvePaths,
  UsageError,
} from "../context/mod.ts";
import type { HookWords } from "./hook_words.ts";

/** Nobody listens there, and nobody ever will: the event goes to the spool. */
const NO_SOCKET = "/dev/null";

/** Paths that can be used. */
export interface HookPaths {
  paths: Paths;
  /** What is wrong with those that were given. */
  faults: string[];
}

/**
 * Finds the home and the socket; one that is relative is passed over, one whose path is too long for a socket is not asked.
 *
 * @throws {HomeError} If no home is known at all.
 */
export function findHookPaths(
  words: Pick<HookWords, "home" | "socket">,
  context: Pick<Context, "env">,
): HookPaths {
  const faults: string[] = [];
  const absolute = (name: string, path: string | undefined) => {
    if (path === undefined || path.startsWith("/")) return path;
    faults.push(`ignored ${name} ${path}`);
    return undefined;
  };
  const find = (flag: string, given: string | undefined, variable: string) =>
    absolute(flag, given) ?? absolute(variable, context.env(variable));
  const home = find("--home", words.home, "KAIZEN_HOME");
  const socket = find("--socket", words.socket, "KAIZEN_SOCK");
  const env = (name: string) => name === "HOME" ? context.env(name) : undefined;
  try {
    return { paths: resolvePaths({ env }, { home, socket }), faults };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    faults.push(error.message);
    const paths = resolvePaths({ env }, { home, socket: NO_SOCKET });
    return { paths, faults };
  }
}
