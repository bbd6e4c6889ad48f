// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes bundles smaller without a change of behavior.
 *
 * `deno bundle --minify` changes it: its esbuild takes a `using` that is read once, in the
 * next statement, for a plain constant and inlines its value, so that nothing is disposed of and a
 * lock is never released. The same esbuild is safe when it rewrites no syntax.
 * @module
 */
import { listFiles } from "./list_files.ts";

/** The esbuild of the pinned Deno. Another one would make other bytes. */
const ESBUILD_VERSION = "0.25.5";
/** A declaration whose value is disposed of. */
const USING = /\busing\s+[\w$]+\s*=/g;

/**
 * Writes minified copies of the modules that a bundler has written, with the esbuild that `deno
 * bundle` keeps in Deno's cache.
 *
 * @param from Folder of the modules and no other `.js` files, subfolders included; no two have the
 * same name.
 * @param to Folder for the copies.
 * @returns Texts of the copies by name.
 * @throws {Error} If esbuild is missing or fails, or a copy has lost a `using`.
 */
export async function minifyFolder(
  from: string,
  to: string,
): Promise<Map<string, string>> {
  const paths = await listFiles(from, ".js");
  await run(await findEsbuild(await findCache()), [
    ...paths.map((path) => `${from}/${path}`),
    `--outdir=${to}`,
    `--outbase=${from}`,
    "--format=esm",
    "--target=esnext",
    "--minify-whitespace",
    "--minify-identifiers",
    "--legal-comments=none",
    "--log-level=warning",
  ]);
  const smaller = new Map<string, string>();
  for (const path of paths) {
    const before = await Deno.readTextFile(`${from}/${path}`);
    const after = await Deno.readTextFile(`${to}/${path}`);
    if (countUsing(before) !== countUsing(after)) {
      throw new Error(`Cannot minify: the copy of ${path} has lost a using`);
    }
    smaller.set(path.slice(path.lastIndexOf("/") + 1), after);
  }
  if (smaller.size === paths.length) return smaller;
  throw new Error("Cannot minify: two modules have the same name");
}

function countUsing(text: string): number {
  return text.match(USING)?.length ?? 0;
}

/** Returns the path of Deno's cache. */
async function findCache(): Promise<string> {
  const info: unknown = JSON.parse(
    await run(Deno.execPath(), ["info", "--json", "--no-config"]),
  );
  const path: unknown = typeof info === "object" && info !== null
    ? Reflect.get(info, "denoDir")
    : undefined;
  if (typeof path !== "string") {
    throw new Error("Cannot minify: Deno does not say where its cache is");
  }
  return path;
}

async function findEsbuild(cache: string): Promise<string> {
  for await (const { name } of Deno.readDir(`${cache}/dl`)) {
    if (!name.startsWith(`esbuild-${ESBUILD_VERSION}-`)) continue;
    for await (const file of Deno.readDir(`${cache}/dl/${name}`)) {
      if (file.name.startsWith("esbuild-")) {
        return `${cache}/dl/${name}/${file.name}`;
      }
    }
  }
  throw new Error(
    `Cannot minify: no esbuild ${ESBUILD_VERSION} in ${cache}/dl`,
  );
}

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  throw new Error(`Cannot minify: ${text.decode(stderr).trim()}`);
}
