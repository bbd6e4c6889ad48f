// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Bundles files of the program with the packages in use, in the versions of `deno.lock`.
 * @module
 */
import { addToMap } from "./import_map.ts";
import { packageSet, ROOT, runDeno } from "./project.ts";

/**
 * Runs `deno bundle`.
 *
 * @param folder Gets the files in `bundle/`, and a few of this function's own.
 * @param words Options and files for `deno bundle`.
 * @param replaced Addresses to import instead of others, by those.
 * @throws {Error} If the bundler fails, or a package is not the one of the lock.
 */
export async function bundleFiles(
  folder: string,
  words: readonly string[],
  replaced: Record<string, string> = {},
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const map = await addToMap(mapInUse(), { ...replaced, ...leaveOut() });
  await Deno.writeTextFile(`${folder}/map.json`, JSON.stringify(map));
  const code = await runDeno([
    "bundle",
    "-q",
    "--no-config",
    ...await copyLock(folder),
    "--platform=deno",
    "--format=esm",
    `--import-map=${folder}/map.json`,
    `--outdir=${folder}/bundle`,
    ...words,
  ]);
  if (code !== 0) throw new Error("Cannot build: deno bundle failed");
}

/** Returns whether the lock has the packages of JSR, which were missing when it was made. */
export async function isLockComplete(): Promise<boolean> {
  const lock: unknown = JSON.parse(
    await Deno.readTextFile(`${ROOT}/deno.lock`),
  );
  return typeof lock === "object" && lock !== null && "jsr" in lock;
}

/**
 * Copies the lock, as Deno adds what it lacks, and returns the options that make Deno use the copy.
 * A lock that has all packages of the set is frozen: another version is an error.
 */
async function copyLock(folder: string): Promise<string[]> {
  await Deno.copyFile(`${ROOT}/deno.lock`, `${folder}/deno.lock`);
  const set = packageSet();
  const isFrozen = set === "offline" || set === "jsr" && await isLockComplete();
  return [
    `--lock=${folder}/deno.lock`,
    ...isFrozen ? ["--frozen"] : [],
  ];
}

/** Replaces the help of the real @cliffy/command, as the program has its own. */
function leaveOut(): Record<string, string> {
  const command = import.meta.resolve("@cliffy/command")
    .replace(/^jsr:\/*(@cliffy\/command)@(.*)$/, "https://jsr.io/$1/$2/mod.ts");
  if (!command.endsWith("/mod.ts")) return {};
  const theirs = new URL("help/_help_generator.ts", command).href;
  return { [theirs]: new URL("no_cliffy_help.ts", import.meta.url).href };
}

/** Returns the path of the import map that this process runs with. */
function mapInUse(): string {
  switch (packageSet()) {
    case "jsr":
      return `${ROOT}/deno.json`;
    case "offline":
      return `${ROOT}/scripts/offline/import_map.json`;
    case "custom":
      return Deno.env.get("KAIZEN_DEPS") ?? "";
  }
}
