// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where a hook keeps things: nobody is told what is wrong with a path, so one that cannot be used must not cost the event.
 * @module
 */
import {
  type Context,
  type PathFlags,
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
  try {
    return { paths: resolvePaths(context, words), faults: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  return passOver(words, context);
}

function passOver(
  words: Pick<HookWords, "home" | "socket">,
  context: Pick<Context, "env">,
): HookPaths {
  const faults: string[] = [];
  const env = (name: string) => name === "HOME" ? context.env(name) : undefined;
  const tryPaths = (flags: PathFlags): Paths | null => {
    try {
      return resolvePaths({ env }, flags);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      faults.push(error.message);
      return null;
    }
  };
  const homes = [words.home, context.env("KAIZEN_HOME")].filter(isGiven);
  const home = homes.find((home) => tryPaths({ home, socket: NO_SOCKET }));
  const sockets = [words.socket, context.env("KAIZEN_SOCK")].filter(isGiven);
  const socket = sockets.find((socket) => tryPaths({ home, socket }));
  const paths = tryPaths({ home, socket }) ??
    resolvePaths({ env }, { home, socket: NO_SOCKET });
  return { paths, faults };
}

function isGiven(path: string | undefined): path is string {
  return path !== undefined && path !== "";
}
