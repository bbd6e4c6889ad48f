// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The paths of a hook where one that was given cannot be used. Loaded only then.
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

/** The words and the environment that name paths. */
export interface PathWords {
  words: Pick<HookWords, "home" | "socket">;
  context: Pick<Context, "env" | "meanwhile">;
}

/** Paths that can be used. */
export interface HookPaths {
  paths: Paths;
  /** The faults of those that were given. */
  faults: string[];
}

/** No daemon ever listens there, below a file: the event goes to the spool. */
const NO_SOCKET = "/etc/passwd/none";

/**
 * Finds the first home and the first socket that can be used. If even the default socket of the
 * home has too long a path, no daemon is asked.
 *
 * @throws {HomeError} If no home is known at all.
 */
export function passOver(
  { words, context }: PathWords,
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
