// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whose a folder is.
 * @module
 */

/**
 * Finds out whether a home is another user's: its owner, or for root, while it does not exist yet, the owner of the nearest folder above.
 *
 * @param home Absolute.
 * @returns That user's id, or null if it is ours or the system does not say.
 */
export function foreignOwner(home: string): number | null {
  const user = Deno.uid();
  const own = ownerOf(home, Deno.lstatSync);
  if (own !== undefined) return own === user ? null : own;
  if (user !== 0) return null;
  for (let at = parent(home);; at = parent(at)) {
    const above = ownerOf(at, Deno.statSync);
    if (above !== undefined) return above === 0 ? null : above;
    if (at === "/") return null;
  }
}

/** Owner of a path, null where the system has no owners, undefined if the path does not exist. */
function ownerOf(
  path: string,
  look: (path: string) => Deno.FileInfo,
): number | null | undefined {
  try {
    return look(path).uid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return null; // whoever opens it will be told why
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
