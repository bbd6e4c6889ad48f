// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one rule that turns a directory into a workspace, for hooks and questions alike.
 * @module
 */
import type { Context } from "./context.ts";
import { parentOf } from "./parent_of.ts";
import { realPath } from "./real_path.ts";

/**
 * Finds the workspace of a directory: the nearest ancestor that holds `.git` (a folder, or the file
 * of a linked worktree), else the directory itself; then its real path. The path of a directory
 * that does not exist is returned as it is written.
 *
 * @param start Absolute, or relative to `cwd`.
 * @param cwd Absolute.
 */
export function findWorkspace(start: string, cwd = "/"): string {
  const path = start.startsWith("/") ? start : `${cwd}/${start}`;
  const real = realPath(path);
  if (real === null) return start.startsWith("/") ? start : normalize(path);
  // The ancestors of a link are those in its text, unless ".." leads on from its target.
  const nearest = path.split("/").includes("..") ? real : normalize(path);
  for (let dir = nearest;; dir = parentOf(dir)) {
    if (exists(dir === "/" ? "/.git" : `${dir}/.git`)) {
      // A path without links has none in its beginning either.
      return nearest === real ? dir : realPath(dir) ?? dir;
    }
    if (dir === "/") return real;
  }
}

function exists(path: string): boolean {
  try {
    if (realPath(path) !== null) return true;
    Deno.lstatSync(path); // a dangling link
    return true;
  } catch {
    return false;
  }
}

/** Drops empty and `.` parts and resolves `..` by its text. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/**
 * Returns the current directory.
 *
 * @returns Null if it does not exist and no variable names it, or if its name is not UTF-8.
 */
export function currentDirectory(context: Pick<Context, "cwd">): string | null {
  try {
    return context.cwd();
  } catch {
    return null;
  }
}
