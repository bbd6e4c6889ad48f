// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The home that a hook may write to, if it may not write to the given one.
 * @module
 */
import {
  type Context,
  HomeError,
  isSystemError,
  lookAt,
  type Paths,
  resolvePaths,
  whyClosed,
  whyForeign,
  whyNoHome,
  whyUnmade,
} from "../context/mod.ts";
import { openHome } from "../launch/mod.ts";
import { makePlace } from "../spool/mod.ts";

/** Paths that a hook may use. */
export interface OwnPlace {
  paths: Paths;
  /** The reason why these are not the given paths; null if they are. */
  fault: string | null;
}

/**
 * Finds a home of this user, and makes its mode 0700. A hook may run as root in a user's home
 * (`sudo -E`, a container), or with the `KAIZEN_HOME` of another user. There it must neither read
 * nor write: it records in the home of its own user, as it does if the given one is a file, a
 * folder of other files that is not private, a link to where no file can be opened, or missing and
 * cannot be made.
 *
 * @returns The given paths if no home of this user is known; the spool refuses them.
 */
export function findOwnPlace(
  paths: Paths,
  context: Pick<Context, "env">,
): OwnPlace {
  const fault = whyNotUsable(paths);
  if (fault === null) return { paths, fault };
  for (const user of [context.env("HOME"), passwdHome()]) {
    if (!user?.startsWith("/") || whyClosed(user) !== null) continue;
    const env = (name: string) => name === "HOME" ? user : undefined;
    const own = resolvePaths({ env });
    if (whyNotUsable(own) !== null) continue;
    return { paths: own, fault: `${fault}: used "${own.home}"` };
  }
  return { paths, fault: null };
}

function whyNotUsable(paths: Paths): string | null {
  const { home } = paths;
  const why = whyForeign(home);
  if (why !== null) return `Cannot use home "${home}" as ${why}`;
  return whyNoHome(home) ?? whyShut(paths);
}

/**
 * Explains why no daemon could use a home. Its mode is mended if that is possible, and a missing
 * home is made.
 */
function whyShut({ home, spool }: Paths): string | null {
  try {
    openHome(home);
    if (lookAt(home) === null) makePlace(spool);
    return null;
  } catch (error) {
    if (error instanceof HomeError) return error.message;
    if (!isSystemError(error)) throw error;
    return `Cannot make home "${home}": ${whyUnmade(home, error)}`;
  }
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
