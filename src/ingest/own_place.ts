// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The home that a hook may write to, if the given one belongs to another user.
 * @module
 */
import {
  type Context,
  foreignOwner,
  type Paths,
  resolvePaths,
} from "../context/mod.ts";

/** Paths that a hook may use. */
export interface OwnPlace {
  paths: Paths;
  /** The reason why these are not the given paths; null if they are. */
  fault: string | null;
}

/**
 * Finds a home of this user. A hook may run as root in a user's home (`sudo -E`, a container), or
 * with the `KAIZEN_HOME` of another user. There it must neither read nor write: it records in the
 * home of its own user.
 *
 * @returns The given paths if no home of this user is known; the spool refuses them.
 */
export function findOwnPlace(
  paths: Paths,
  context: Pick<Context, "env">,
): OwnPlace {
  const owner = foreignOwner(paths.home);
  if (owner === null) return { paths, fault: null };
  for (const user of [context.env("HOME"), passwdHome()]) {
    if (!user?.startsWith("/")) continue;
    const env = (name: string) => name === "HOME" ? user : undefined;
    const own = resolvePaths({ env });
    if (foreignOwner(own.home) !== null) continue;
    return {
      paths: own,
      fault:
        `Cannot use home "${paths.home}" as it belongs to user ${owner}: used "${own.home}"`,
    };
  }
  return { paths, fault: null };
}

/** Returns the home of this process's user as the system knows it. */
function passwdHome(): string | undefined {
  try {
    return Deno.readTextFileSync("/etc/passwd").split("\n")
      .map((line) => line.split(":"))
      .find(([, , uid]) => uid === `${Deno.uid()}`)?.[5];
  } catch {
    return undefined; // the system keeps its users elsewhere
  }
}
