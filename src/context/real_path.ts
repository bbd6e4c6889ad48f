// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Real paths as the system sees them.
 * @module
 */
import { parentOf } from "./parent_of.ts";

/** Linux refuses a path of this many bytes, and other systems one of fewer. */
const PATH_MAX = 4096;

/**
 * Returns the real path of a file or folder, or null if it does not exist or cannot be reached.
 *
 * To the system, `..` leads up from the target of a link, and nothing lies below a file. Deno
 * resolves both by the text alone unless it has every permission, so such a path is resolved part
 * by part.
 */
export function realPath(path: string): string | null {
  if (path.length >= PATH_MAX) return null;
  try {
    if (!mayLeadUp(path)) return Deno.realPathSync(path);
    let real = "/";
    for (const part of path.split("/").slice(1)) {
      if (part === "" || part === "." || part === "..") {
        if (!Deno.statSync(real).isDirectory) return null;
        if (part === "..") real = parentOf(real);
      } else {
        real = Deno.realPathSync(real === "/" ? `/${part}` : `${real}/${part}`);
      }
    }
    return real;
  } catch {
    return null;
  }
}

/** Whether a part of the path is empty, `.` or `..`. */
function mayLeadUp(path: string): boolean {
  const isPlain = !path.includes("/.") && !path.includes("//") &&
    !path.endsWith("/");
  return !isPlain && /\/(?:\.{0,2}(?:\/|$))/.test(path);
}
