// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The paths of kaizen's files: one home with fixed names inside, the same for a hook, a terminal
 * and a GUI.
 * @module
 */
import { whyClosed } from "./closed_folder.ts";
import type { Context } from "./context.ts";
import { HomeError, UsageError } from "./errors.ts";
import { realPath } from "./real_path.ts";

/**
 * Longest socket path in bytes: `sun_path` less its final NUL (108 on Linux, 104 on macOS and the
 * BSDs).
 */
export const MAX_SOCKET_PATH_BYTES = Deno.build.os === "linux" ? 107 : 103;

/** Absolute paths of everything in a home. */
export interface Paths {
  home: string;
  socket: string;
  /**
   * The daemon that owns this home holds the `flock` on it. The name is the reference's, so that
   * both programs exclude each other.
   */
  lock: string;
  log: string;
  store: string;
  /** The file with the home's id. */
  machine: string;
  /** The spool's folder. */
  spool: string;
}

/** Paths from the command line; for a missing one the environment decides. */
export interface PathFlags {
  home?: string | undefined;
  socket?: string | undefined;
}

/**
 * Finds the home and the paths inside it: flag, else environment, else `$HOME/.kaizen`. Touches no
 * disk unless a path is written with `..`, which the reference follows as the system does.
 *
 * @throws {UsageError} If a path is relative, if the runtime opens no file there, if it leads up
 * from nothing, or if the socket's is too long for the system.
 * @throws {HomeError} If neither a home nor `HOME` is known.
 */
export function resolvePaths(
  context: Pick<Context, "env">,
  flags: PathFlags = {},
): Paths {
  const home = findHome(context, flags);
  const socket = absolute(
    "--socket",
    "KAIZEN_SOCK",
    flags.socket || context.env("KAIZEN_SOCK") || `${home}/daemon.sock`,
  );
  const bytes = new TextEncoder().encode(socket).length;
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    throw new UsageError(
      `Cannot use socket "${socket}" as its path must be <= ${MAX_SOCKET_PATH_BYTES} bytes: current length is ${bytes}`,
    );
  }
  return {
    home,
    socket,
    lock: `${home}/daemon.pid`,
    log: `${home}/daemon.log`,
    store: `${home}/store.db`,
    machine: `${home}/machine-id`,
    spool: `${home}/spool`,
  };
}

function findHome(context: Pick<Context, "env">, flags: PathFlags): string {
  const given = flags.home || context.env("KAIZEN_HOME");
  if (given) return absolute("--home", "KAIZEN_HOME", given);
  const user = context.env("HOME");
  if (user === undefined) {
    throw new HomeError(
      "Cannot find a home for kaizen: neither KAIZEN_HOME nor HOME is set",
    );
  }
  if (!user.startsWith("/")) {
    throw new HomeError(
      `Cannot find a home for kaizen as HOME must be absolute: current value is "${user}"`,
    );
  }
  return absolute("--home", "KAIZEN_HOME", `${trimSlash(user)}/.kaizen`);
}

function absolute(flag: string, variable: string, path: string): string {
  const why = path.startsWith("/") ? whyClosed(path) : "must be absolute";
  if (why === null) return trimSlash(leadUp(path)) || "/";
  throw new UsageError(
    `Cannot use "${path}" as ${flag} (or ${variable}): ${why}`,
  );
}

/**
 * Resolves `..` as the system does, from the target of a link. The part after the last `..` need
 * not exist.
 *
 * @throws {UsageError} If what is before that part does not exist.
 */
function leadUp(path: string): string {
  if (!path.includes("/..")) return path;
  const [, above, rest = ""] = /^(.*\/\.\.)(\/.*)?$/.exec(path) ?? [];
  if (above === undefined) return path;
  const real = realPath(above);
  if (real !== null) return trimSlash(real) + rest;
  throw new UsageError(`Cannot use "${path}" as there is no "${above}"`);
}

function trimSlash(path: string): string {
  // The first regular expression of a process takes longer than the rest of this function.
  return path.endsWith("/") ? path.replace(/\/+$/, "") : path;
}
