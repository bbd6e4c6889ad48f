// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prepares the home for a daemon: a folder of ours that no other user can look into.
 * @module
 */
import {
  HomeError,
  lookAt,
  systemReason,
  whyForeign,
  whyUnmade,
} from "../context/mod.ts";
import { isOtherFolder } from "./odd_files.ts";

/** The owner may do everything, others nothing. */
const HOME_MODE = 0o700;

/**
 * Makes the home if it is missing, and tightens it to 0700 if it is ours but open to others.
 *
 * @throws {HomeError} If it is a symbolic link, no folder, another user's, or open to others and
 * full of other files, or if the system refuses.
 */
export function prepareHome(home: string): void {
  refuseForeignHome(home);
  const found = lookAt(home) ?? makeHome(home);
  if (found.isSymlink) {
    throw new HomeError(
      `Cannot use home "${home}" as it is a symbolic link: give the folder that it points to`,
    );
  }
  if (!found.isDirectory) {
    throw new HomeError(`Cannot use home "${home}" as it is not a folder`);
  }
  if (((found.mode ?? HOME_MODE) & 0o777) === HOME_MODE) return;
  if (isOtherFolder(home)) {
    throw new HomeError(
      `Cannot make home "${home}" private as it has files that are not kaizen's: give it a folder of its own`,
    );
  }
  try {
    Deno.chmodSync(home, HOME_MODE);
  } catch (error) {
    throw new HomeError(
      `Cannot make home "${home}" private: ${systemReason(error)}`,
      { cause: error },
    );
  }
}

/**
 * Prepares a home that exists as {@linkcode prepareHome} does. A link is left as it is.
 *
 * @throws {HomeError} As {@linkcode prepareHome}.
 */
export function openHome(home: string): void {
  const found = lookAt(home);
  if (found !== null && !found.isSymlink) prepareHome(home);
}

function makeHome(home: string): Deno.FileInfo {
  try {
    Deno.mkdirSync(home, { recursive: true, mode: HOME_MODE });
    return Deno.lstatSync(home);
  } catch (error) {
    throw new HomeError(
      `Cannot make home "${home}": ${whyUnmade(home, error)}`,
      { cause: error },
    );
  }
}

/**
 * Refuses the home of another user. What root makes there the owner could not use, and root would
 * follow the owner's links.
 *
 * @throws {HomeError} If the home is not ours.
 */
export function refuseForeignHome(home: string): void {
  const why = whyForeign(home);
  if (why === null) return;
  throw new HomeError(
    Deno.uid() === 0
      ? `Cannot use home "${home}" as root as ${why}: run it as that user, or give another --home`
      : `Cannot use home "${home}" as ${why}: current user is ${Deno.uid()}`,
  );
}
