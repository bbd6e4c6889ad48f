// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The owner of a folder.
 * @module
 */
import { parentOf } from "./parent_of.ts";

/**
 * Finds out whether a home belongs to another user. While the home does not exist, root goes by the
 * owner of the nearest folder above it.
 *
 * @param home Absolute.
 * @returns That user's id, or null if the home is ours or the system does not say.
 */
export function foreignOwner(home: string): number | null {
  const user = Deno.uid();
  const own = ownerOf(home, Deno.lstatSync);
  if (own !== undefined) return own === user ? null : own;
  if (user !== 0) return null;
  for (let at = parentOf(home);; at = parentOf(at)) {
    const above = ownerOf(at, Deno.statSync);
    if (above !== undefined) return above === 0 ? null : above;
    if (at === "/") return null;
  }
}

/**
 * Returns the owner of a path: null on a system without owners, undefined if the path does not
 * exist.
 */
function ownerOf(
  path: string,
  look: (path: string) => Deno.FileInfo,
): number | null | undefined {
  try {
    return look(path).uid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return null; // the error appears again when the path is opened
  }
}
