// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes bundles smaller without changing what they do.
 *
 * `deno bundle --minify` is not that: the esbuild 0.25.5 behind it takes a `using` that is read once, in the next statement,
 * for a plain constant and puts its value there, so that nothing is ever disposed of: a lock is never let go. The same esbuild
 * without its rewriting of syntax is safe.
 * @module
 */
import { listFiles } from "./list_files.ts";

/** A declaration whose end matters. */
const USING = /\busing\s+[\w$]+\s*=/g;

/**
 * Writes smaller copies of modules that a bundler has written, with the esbuild that `deno bundle` keeps in Deno's cache.
 *
 * @param from Folder that holds them, and no other `.js`, in itself and in folders below; no two have the same name.
 * @param to Folder for the copies.
 * @returns Texts of the copies by name.
 * @throws {Error} If there is no esbuild, it fails, or a copy has lost a `using`.
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

/** Deno's cache, where it keeps what it has fetched for itself. */
async function findCache(): Promise<string> {
  const info: unknown = JSON.parse(
    await run(Deno.execPath(), ["info", "--json", "--no-config"]),
  );
  const path: unknown = typeof info === "object" && info !== null
    ? Reflect.get(info, "denoDir")
    : undefined;
  if (typeof path !== "string") {
    throw new Error("Cannot minify: Deno does not tell where its cache is");
  }
  return path;
}

async function findEsbuild(cache: string): Promise<string> {
  for await (const { name } of Deno.readDir(`${cache}/dl`)) {
    if (!name.startsWith("esbuild-")) continue;
    for await (const file of Deno.readDir(`${cache}/dl/${name}`)) {
      if (file.name.startsWith("esbuild-")) {
        return `${cache}/dl/${name}/${file.name}`;
      }
    }
  }
  throw new Error(`Cannot minify: no esbuild in ${cache}/dl`);
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
