// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Globs over paths.
 * @module
 */

/**
 * One step of a glob: a character, one but a slash, any number but slashes, or any number.
 * `folders` is any number up to and with a slash; the `skip` before it may also leave it out.
 */
type GlobToken =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "one" | "part" | "all" | "skip" | "folders" };

/** Longest glob, and longest path that matches one, in characters: `PATH_MAX` of most systems. */
const MAX_CHARS = 4096;

/** How a glob is compared with a path. */
export interface PathGlobOptions {
  /**
   * True: the glob may begin after any slash, unless it begins with one, and a glob that matches a
   * folder matches everything in it. False: it must match the whole path.
   */
  isPart?: boolean;
}

/**
 * Returns a function that tells whether a path matches a glob: `*` is any text without a slash,
 * `**` any text, `**` with a slash after it any number of folders, `?` one character but a slash.
 *
 * It takes time in proportion to both lengths, for every glob.
 *
 * @throws {RangeError} If the glob has more than 4096 characters. No longer path matches any glob.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { compilePathGlob } from "./mod.ts";
 *
 * assert(compilePathGlob("src/*.ts")("src/a.ts"));
 * assert(!compilePathGlob("src/*.ts")("src/b/a.ts"));
 * assert(compilePathGlob("src/**\/*.ts")("src/a.ts"));
 * assert(compilePathGlob("*.env", { isPart: true })("/repo/prod.env"));
 * ```
 */
export function compilePathGlob(
  glob: string,
  { isPart = false }: PathGlobOptions = {},
): (path: string) => boolean {
  if (glob.length > MAX_CHARS) {
    throw new RangeError(
      `Cannot use glob as it must be <= ${MAX_CHARS} characters: current length is ${glob.length}`,
    );
  }
  const tokens = readTokens(glob);
  const beginsAnywhere = isPart && !glob.startsWith("/");
  return (path) => {
    if (path.length > MAX_CHARS) return false;
    let places = close(tokens, new Set([0]));
    for (let at = 0; at < path.length;) {
      const char = String.fromCodePoint(path.codePointAt(at) ?? 0);
      at += char.length;
      places = step(tokens, places, char);
      const isEnd = at === path.length || isPart && path[at] === "/";
      if (isEnd && places.has(tokens.length)) return true;
      if (char === "/" && beginsAnywhere) {
        places = close(tokens, new Set([...places, 0]));
      } else if (places.size === 0) {
        if (!beginsAnywhere) return false;
        // Nothing can match before the next folder.
        const slash = path.indexOf("/", at);
        if (slash < 0) return false;
        at = slash;
      }
    }
    return path === "" && places.has(tokens.length);
  };
}

/** Returns the places in the glob after one more character. */
function step(
  tokens: readonly GlobToken[],
  places: ReadonlySet<number>,
  char: string,
): ReadonlySet<number> {
  const next = new Set<number>();
  for (const place of places) {
    const token = tokens[place];
    switch (token?.kind) {
      case "char":
        if (token.char === char) next.add(place + 1);
        break;
      case "one":
        if (char !== "/") next.add(place + 1);
        break;
      case "part":
        if (char !== "/") next.add(place);
        break;
      case "all":
        next.add(place);
        break;
      case "folders":
        next.add(place);
        if (char === "/") next.add(place + 1);
    }
  }
  return close(tokens, next);
}

function readTokens(glob: string): GlobToken[] {
  const tokens: GlobToken[] = [];
  for (const [text] of glob.matchAll(/\*\*\/?|[^]/gu)) {
    if (text === "**/") tokens.push({ kind: "skip" }, { kind: "folders" });
    else if (text === "**") tokens.push({ kind: "all" });
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
    if (kind === "skip") places.add(place + 1).add(place + 2);
  }
  return places;
}
