// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Patterns of paths and names.
 * @module
 */

/**
 * Compiles a pattern: `*` stands for any characters but `/`, `**` for any characters, `?` for one.
 * A pattern that begins with a slash matches a whole path, any other one the end of a path. A pattern
 * that matches a folder matches everything in it.
 *
 * @param pattern May begin with `~/`, the user's home.
 * @param userHome Absolute path that `~` stands for.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { compileGlob } from "./glob.ts";
 *
 * assert(compileGlob("*.env", "/home/u")("/repo/prod.env"));
 * assert(compileGlob("~/private", "/home/u")("/home/u/private/a/b.txt"));
 * ```
 */
export function compileGlob(
  pattern: string,
  userHome: string,
): (path: string) => boolean {
  const full = pattern.startsWith("~/") ? userHome + pattern.slice(1) : pattern;
  const body = full.replace(/\/+$/, "").split(/(\*\*\/?|\*|\?)/).map(toRegExp)
    .join("");
  const before = full.startsWith("/") ? "^" : "(^|/)";
  const expression = new RegExp(`${before}${body}(/|$)`, "su");
  return (path) => expression.test(path);
}

function toRegExp(part: string): string {
  if (part === "**/") return "(?:.*/)?";
  if (part === "**") return ".*";
  if (part === "*") return "[^/]*";
  if (part === "?") return "[^/]";
  return part.replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&");
}
