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
 * Finds the home and the socket: what cannot be used on the command line or in the environment is passed over. Where even the home's own
 * socket has too long a path, no daemon is asked.
 *
 * @throws {HomeError} If no home is known at all.
 */
export function findHookPaths(
  words: Pick<HookWords, "home" | "socket">,
  context: Pick<Context, "env">,
): HookPaths {
  const faults: string[] = [];
  const env = (name: string) => name === "HOME" ? context.env(name) : undefined;
  /** The first that can be used: what was given, or none of it. */
  const choose = (
    option: "home" | "socket",
    variable: string,
    others: { home?: string },
  ): string | undefined => {
    for (const given of [words[option], context.env(variable)]) {
      if (!given) continue;
      try {
        resolvePaths({ env }, {
          socket: NO_SOCKET,
          ...others,
          [option]: given,
        });
        return given;
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        faults.push(error.message);
      }
    }
    return undefined;
  };
  const home = choose("home", "KAIZEN_HOME", {});
  const found = home === undefined ? {} : { home };
  const socket = choose("socket", "KAIZEN_SOCK", found);
  try {
    return { paths: resolvePaths({ env }, { home, socket }), faults };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    faults.push(error.message);
    const paths = resolvePaths({ env }, { home, socket: NO_SOCKET });
    return { paths, faults };
  }
}
