// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One file instead of many, where all of them are loaded anyway.
 *
 * A bundler puts what several modules share into chunks; a program that starts with one of these modules then loads a dozen files, each of
 * which costs it 50 µs.
 * @module
 */
import { runEsbuild } from "./minify.ts";
import { splitNames } from "./names.ts";

/** What else is known about a module that is to be merged. */
export interface MergeOptions {
  /** Names of modules that are loaded before it, and stay as they are. */
  behind?: readonly string[];
  /** True: chunks that nobody loads at its start, but several modules later, go into it as well if they are small. */
  takesSmall?: boolean;
}

/** To load a file of this length takes no longer than to load one file more, in characters before they are minified. */
const SMALL_CHARACTERS = 2_500;

/**
 * Moves what a module loads at its start into the module itself, and has whatever else needs it take it from there.
 *
 * @param folder Holds the files as the bundler wrote them, and no others; the merged ones are deleted.
 * @param start Name of the module.
 * @throws {Error} If esbuild fails.
 */
export async function mergeStart(
  folder: string,
  start: string,
  { behind = [], takesSmall = false }: MergeOptions = {},
): Promise<void> {
  const texts = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) texts.set(name, await Deno.readTextFile(`${folder}/${name}`));
  }
  const starts = [start, ...takesSmall ? findSmall(texts, behind) : []];
  const merged = new Map(
    [...findLoaded(starts, texts, behind)].map((name, i) => [name, `m${i}_`]),
  );
  const later = [...texts.keys()].filter((name) => !merged.has(name));
  const entry = [`export * from "./${start}";`];
  for (const [name, prefix] of merged) {
    if (name === start) continue;
    const names = exportsOf(texts.get(name) ?? "")
      .map((name) => `${name} as ${prefix}${name}`);
    entry.push(`export { ${names.join(", ")} } from "./${name}";`);
  }
  await Deno.writeTextFile(`${folder}/all.js`, entry.join("\n"));
  await runEsbuild([
    "--bundle",
    "--format=esm",
    "--target=esnext",
    "--platform=neutral",
    "--log-level=warning",
    "--external:node:*",
    ...later.map((name) => `--external:./${name}`),
    `--outfile=${folder}/merged.js`,
    `${folder}/all.js`,
  ]);
  await Deno.remove(`${folder}/all.js`);
  for (const name of merged.keys()) await Deno.remove(`${folder}/${name}`);
  await Deno.rename(`${folder}/merged.js`, `${folder}/${start}`);
  merged.delete(start);
  for (const name of later) {
    const text = takeFrom(start, merged, texts.get(name) ?? "");
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}

/** Names of files that are loaded with the first ones, those included. */
function findLoaded(
  starts: readonly string[],
  texts: ReadonlyMap<string, string>,
  behind: readonly string[],
): Set<string> {
  const found = new Set(starts);
  // A set goes on with what is added while it is gone through.
  for (const name of found) {
    for (const [, , from = ""] of (texts.get(name) ?? "").matchAll(IMPORTS)) {
      if (!behind.includes(from)) found.add(from);
    }
  }
  return found;
}

/** Names of the chunks that are small with all that they load. */
function findSmall(
  texts: ReadonlyMap<string, string>,
  behind: readonly string[],
): string[] {
  const length = (name: string) => texts.get(name)?.length ?? 0;
  return [...texts.keys()].filter((name) => {
    const loaded = findLoaded([name], texts, behind);
    return [...loaded].every((name) => name.startsWith("chunk-")) &&
      [...loaded].reduce((sum, name) => sum + length(name), 0) <
        SMALL_CHARACTERS;
  });
}

/**
 * Has a file import from `start` what was in one of the merged files.
 *
 * @param merged Their names; with each, what its exports' names begin with now.
 */
function takeFrom(
  start: string,
  merged: ReadonlyMap<string, string>,
  text: string,
): string {
  return text.replaceAll(
    IMPORTS,
    (whole, names: string | undefined, from: string) => {
      const prefix = merged.get(from);
      if (prefix === undefined) return whole;
      const list = splitNames(names ?? "").map((name) => {
        const [outside = "", inside = outside] = name.split(" as ");
        return `${prefix}${outside} as ${inside}`;
      });
      return list.length === 0
        ? ""
        : `import { ${list.join(", ")} } from "./${start}";`;
    },
  );
}

/** Names under which a file exports things. */
function exportsOf(text: string): string[] {
  return [...text.matchAll(EXPORTS)].flatMap(([, names = ""]) =>
    splitNames(names).map((name) => name.split(" as ").at(-1) ?? name)
  );
}

/** `import { a, b as c } from "./x.js";` and `import "./x.js";`, as the bundler writes them. */
const IMPORTS = /^import (?:\{([^}]*)\} from )?"\.\/([\w.-]+\.js)";$/gm;
/** `export { a, b as c };` */
const EXPORTS = /^export \{([^}]*)\};$/gm;
