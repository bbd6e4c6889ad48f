// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Globs over paths.
 * @module
 */

/** One step of a glob: a character, any character, or any number of them. */
type GlobToken =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "one" }
  | { readonly kind: "part" }
  | { readonly kind: "all" };

/** Longest glob, and longest path that matches one, in characters: `PATH_MAX` of most systems. */
const MAX_CHARS = 4096;

/**
 * Returns a function that tells whether a path matches a glob: `*` is any text without a slash,
 * `**` any text, `**` with a slash after it also nothing, `?` one character but a slash.
 *
 * It takes time in proportion to both lengths, for every glob.
 *
 * @throws {RangeError} If the glob has more than 4096 characters. No longer path matches any glob.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { compilePathGlob } from "./match_glob.ts";
 *
 * assert(compilePathGlob("src/*.ts")("src/a.ts"));
 * assert(!compilePathGlob("src/*.ts")("src/b/a.ts"));
 * assert(compilePathGlob("src/**\/*.ts")("src/a.ts"));
 * ```
 */
export function compilePathGlob(glob: string): (path: string) => boolean {
  if (glob.length > MAX_CHARS) {
    throw new RangeError(
      `Cannot use glob as it must be <= ${MAX_CHARS} characters: current length is ${glob.length}`,
    );
  }
  const tokens = readTokens(glob);
  return (path) => {
    if (path.length > MAX_CHARS) return false;
    let at = close(tokens, new Set([0]));
    for (const char of path) {
      const next = new Set<number>();
      for (const place of at) {
        const token = tokens[place];
        if (token === undefined) continue;
        if (token.kind === "all") next.add(place);
        else if (token.kind === "part") {
          if (char !== "/") next.add(place);
        } else if (
          token.kind === "char" ? token.char === char : char !== "/"
        ) next.add(place + 1);
      }
      if (next.size === 0) return false;
      at = close(tokens, next);
    }
    return at.has(tokens.length);
  };
}

function readTokens(glob: string): GlobToken[] {
  const tokens: GlobToken[] = [];
  for (const [text] of glob.matchAll(/\*\*\/?|[^]/gu)) {
    if (text.startsWith("**")) tokens.push({ kind: "all" });
    else if (text === "*") tokens.push({ kind: "part" });
    else if (text === "?") tokens.push({ kind: "one" });
    else tokens.push({ kind: "char", char: text });
  }
  return tokens;
}

/** Adds the places that are reached without a character, as a star may be empty. */
function close(
  tokens: readonly GlobToken[],
  places: Set<number>,
): ReadonlySet<number> {
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === "all" || kind === "part") places.add(place + 1);
  }
  return places;
}
