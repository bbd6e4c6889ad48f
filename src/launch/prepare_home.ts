// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prepares the home for a daemon: a folder of ours that no other user can look into.
 * @module
 */
import {
  FOLDER_MODE,
  HomeError,
  isPrivate,
  lookAt,
  realPath,
  systemReason,
  whyForeign,
  whyUnmade,
} from "../context/mod.ts";
import { isOtherFolder } from "./odd_files.ts";

/**
 * Makes the home if it is missing, and tightens it to 0700 if it is ours but open to others.
 *
 * @throws {HomeError} If it is a symbolic link, no folder, another user's, or open to others and
 * full of other files, or if the system refuses.
 */
export function prepareHome(home: string): void {
  refuseForeignHome(home);
  const found = lookAt(home) ?? makeHome(home);
  const why = whyUnfit(home, found);
  if (why !== null) throw new HomeError(why);
  if (isPrivate(found)) return;
  try {
    Deno.chmodSync(home, FOLDER_MODE);
  } catch (error) {
    throw new HomeError(
      `Cannot make home "${home}" private: ${systemReason(error)}`,
      { cause: error },
    );
  }
}

/**
 * Explains why no daemon can use what is at the path of a home. Changes nothing.
 *
 * @returns A sentence; null if it can, or if nothing is there.
 */
export function whyNoDaemon(home: string): string | null {
  try {
    const found = lookAt(home);
    return explainForeign(home) ?? (found && whyUnfit(home, found));
  } catch (error) {
    if (error instanceof HomeError) return error.message;
    throw error;
  }
}

function whyUnfit(home: string, found: Deno.FileInfo): string | null {
  if (found.isSymlink) {
    return `Cannot use home "${home}" as it is a symbolic link: give the folder that it points to`;
  }
  if (!found.isDirectory) {
    return `Cannot use home "${home}" as it is not a folder`;
  }
  return !isPrivate(found) && isOtherFolder(home)
    ? `Cannot make home "${home}" private as it has files that are not kaizen's: give it a folder of its own`
    : null;
}

/**
 * Prepares a home that exists, or the folder that a link leads to, as {@linkcode prepareHome} does.
 *
 * @throws {HomeError} As {@linkcode prepareHome}, or if the link leads nowhere.
 */
export function openHome(home: string): void {
  const found = lookAt(home);
  if (found === null) return;
  if (!found.isSymlink) return prepareHome(home);
  const target = realPath(home);
  if (target === null) {
    throw new HomeError(
      `Cannot use home "${home}" as it is a link that leads nowhere`,
    );
  }
  prepareHome(target);
}

function makeHome(home: string): Deno.FileInfo {
  try {
    Deno.mkdirSync(home, { recursive: true, mode: FOLDER_MODE });
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
  const why = explainForeign(home);
  if (why !== null) throw new HomeError(why);
}

function explainForeign(home: string): string | null {
  const why = whyForeign(home);
  if (why === null) return null;
  return Deno.uid() === 0
    ? `Cannot use home "${home}" as root as ${why}: run it as that user, or give another --home`
    : `Cannot use home "${home}" as ${why}: current user is ${Deno.uid()}`;
}
