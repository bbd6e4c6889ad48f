// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The owner of a folder, and those who could put another one in its place.
 * @module
 */
import { parentOf } from "./parent_of.ts";

/** Every user can write, and `STICKY` does not keep them from renaming files of others. */
const ALL_WRITE = 0o002;
const STICKY = 0o1000;
/** Links that are followed, which is what Linux follows in a path. */
const MAX_LINKS = 40;
/** Linux shows this user as the owner of what belongs to one outside of a container. */
const NO_USER = 65_534;

/**
 * Explains why a home is another user's. Root, who may write through every link, also goes by the
 * folders above it: a user who can replace one of them could put a link there.
 *
 * @param home Absolute.
 * @returns Null if the home is ours or the system does not say.
 */
export function whyForeign(home: string): string | null {
  const user = Deno.uid();
  const own = look(home, Deno.lstatSync)?.uid ?? user;
  if (own !== user) return `it belongs to user ${own}`;
  return user === 0 ? whyReplaceable(parentOf(home)) : null;
}

/**
 * Explains how another user could replace an entry of a folder: by what owner or mode the folder
 * has, or one above it, or one that a link leads through. The group of a folder may write to it, as
 * each user often has a group of their own.
 *
 * @param folder Absolute. What does not exist is left out.
 * @returns Null if none but this user and root could.
 */
export function whyReplaceable(folder: string): string | null {
  const ways = [folder];
  for (const way of ways) {
    for (let at = way;; at = parentOf(at)) {
      const why = whyOpen(at);
      if (why !== null) return why;
      const target = targetOf(at);
      if (target !== null && ways.length <= MAX_LINKS) ways.push(target);
      if (at === "/") break;
    }
  }
  return null;
}

/** Returns where a link leads; null if it is none. */
function targetOf(path: string): string | null {
  if (!look(path, Deno.lstatSync)?.isSymlink) return null;
  const target = look(path, Deno.readLinkSync);
  return target?.startsWith("/") ?? true
    ? target
    : `${parentOf(path)}/${target}`;
}

function whyOpen(folder: string): string | null {
  const info = look(folder, Deno.statSync);
  for (const uid of [look(folder, Deno.lstatSync)?.uid, info?.uid]) {
    if (uid && uid !== Deno.uid() && uid !== NO_USER) {
      return `"${folder}" belongs to user ${uid}`;
    }
  }
  return ((info?.mode ?? 0) & (ALL_WRITE | STICKY)) === ALL_WRITE
    ? `every user can write to "${folder}"`
    : null;
}

function look<T>(path: string, how: (path: string) => T): T | null {
  try {
    return how(path);
  } catch {
    return null; // the error appears again when the path is opened
  }
}
