// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one rule that turns a directory into a workspace, for hooks and questions alike.
 * @module
 */
import { realPath } from "./real_path.ts";

/**
 * Finds the workspace of a directory: the nearest ancestor that holds `.git` (a folder, or the file of a linked worktree),
 * else the directory itself; then its real path. A directory that is gone is taken as it is written.
 *
 * @param start Absolute, or relative to `cwd`.
 * @param cwd Absolute; what a relative `start` is relative to.
 */
export function findWorkspace(start: string, cwd = "/"): string {
  const path = start.startsWith("/") ? start : `${cwd}/${start}`;
  const real = realPath(path);
  if (real === null) return start.startsWith("/") ? start : normalize(path);
  // What lies above a link is told by its text, unless ".." leads on from where it leads to.
  const nearest = path.split("/").includes("..") ? real : normalize(path);
  for (let dir = nearest;; dir = parent(dir)) {
    if (exists(dir === "/" ? "/.git" : `${dir}/.git`)) {
      // What a path without links begins with has none either.
      return nearest === real ? dir : realPath(dir) ?? dir;
    }
    if (dir === "/") return real;
  }
}

function exists(path: string): boolean {
  try {
    if (realPath(path) !== null) return true;
    Deno.lstatSync(path); // a link that leads nowhere
    return true;
  } catch {
    return false;
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
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
