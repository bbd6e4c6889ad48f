// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Installs a build below a prefix, and lists what it made in a manifest.
 * @module
 */
import { readVersion, ROOT } from "./project.ts";
import { stagePrefix } from "./stage.ts";
import { EXIT, runScript, ScriptError } from "./script_error.ts";

/** Path of the manifest below the prefix. The manifest lists itself on its last line. */
const MANIFEST = "lib/kaizen/manifest";
/** The parts of the program, which are counted and not named. */
const CHUNKS = "lib/kaizen/chunks/";

await runScript(async (words) => {
  try {
    await main(words);
  } catch (error) {
    const isFault = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.FilesystemLoop;
    throw isFault ? new ScriptError(EXIT.file, error.message) : error;
  }
});

async function main(words: readonly string[]): Promise<void> {
  const { prefix, isBundle, binary } = readWords(words);
  const draft = await Deno.makeTempDir({ prefix: "kaizen-install-" });
  try {
    const build = `${draft}/build`;
    console.log("Building kaizen, which takes about half a minute");
    const lack = await makeBuild(build, isBundle || binary !== null);
    const program = binary ?? (lack === null ? `${build}/kaizen` : null);
    const tree = `${draft}/tree`;
    await Deno.mkdir(tree);
    await stagePrefix({
      build,
      to: tree,
      runtime: program === null
        ? { kind: "beside", program: Deno.execPath() }
        : { kind: "binary", program },
    });
    await installTree(tree, prefix);
    report(prefix, await readVersion(), program === null ? lack : null);
  } finally {
    await Deno.remove(draft, { recursive: true });
  }
}

/** Options of the command line. */
interface InstallOptions {
  /** An absolute path without a slash at its end. */
  prefix: string;
  isBundle: boolean;
  /** A binary that is there already, or null. */
  binary: string | null;
}

function readWords(words: readonly string[]): InstallOptions {
  let prefix = `${Deno.env.get("HOME") ?? ""}/.local`;
  let isBundle = false;
  let binary: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--bundle") isBundle = true;
    else if (word.startsWith("--prefix=")) prefix = word.slice(9);
    else if (word === "--prefix") prefix = words[++i] ?? "";
    else if (word === "--binary") binary = words[++i] ?? "";
    else {
      throw new ScriptError(
        EXIT.usage,
        "usage: scripts/install [--prefix DIR] [--bundle | --binary FILE]",
      );
    }
  }
  if (!prefix.startsWith("/") || prefix.includes("\n")) {
    throw new ScriptError(
      EXIT.usage,
      `the prefix must be an absolute path: ${prefix}`,
    );
  }
  return { prefix: prefix.replace(/\/+$/, ""), isBundle, binary };
}

/**
 * Makes a binary if that is possible, and the bundle in any case.
 *
 * @returns Null if there is a binary, or else why there is none.
 */
async function makeBuild(
  to: string,
  isBundle: boolean,
): Promise<string | null> {
  const [script, why] = isBundle
    ? ["build", "none was asked for"]
    : ["compile", null];
  const { code, stderr } = await new Deno.Command(`${ROOT}/scripts/${script}`, {
    args: [`--to=${to}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code === 0) return why;
  const text = new TextDecoder().decode(stderr).trim();
  if (code !== EXIT.unavailable) {
    console.error(text);
    throw new ScriptError(EXIT.bug, `scripts/${script} failed`);
  }
  return text.replace(/^kaizen: /, "").split("\n")[0] ?? "";
}

/** A file of the tree, relative to it; folders end with a slash. */
async function listTree(root: string, below = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${below}`)) {
    const path = `${below}${name}`;
    if (!isDirectory) paths.push(path);
    else paths.push(`${path}/`, ...await listTree(root, `${path}/`));
  }
  return paths.toSorted();
}

/**
 * Copies the tree to the prefix, with each file complete before it takes its name, and removes what
 * only the previous installation had.
 *
 * @throws {ScriptError} If a file that no installation made is in the way.
 */
async function installTree(tree: string, prefix: string): Promise<void> {
  const old = await readManifest(prefix);
  const paths = await listTree(tree);
  for (const path of paths) {
    if (path.endsWith("/") || old.includes(path)) continue;
    if (!await exists(`${prefix}/${path}`)) continue;
    throw new ScriptError(
      EXIT.file,
      `another file is in the way, which no installation made: ${prefix}/${path}`,
    );
  }
  // The manifest is complete before the first file is there, so that an installation that is
  // interrupted can be removed.
  const made = await newFolders(prefix, paths, old);
  const files = paths.filter((path) => !path.endsWith("/"));
  const gone = old.filter((path) =>
    !path.endsWith("/") && path !== MANIFEST && !files.includes(path)
  );
  await Deno.mkdir(`${prefix}/lib/kaizen`, { recursive: true });
  await writeManifest(prefix, [...made, ...gone, ...files]);
  for (const path of paths) {
    if (path.endsWith("/")) {
      await Deno.mkdir(`${prefix}/${path}`, { recursive: true });
    } else await place(`${tree}/${path}`, `${prefix}/${path}`);
  }
  for (const path of gone) await remove(`${prefix}/${path}`);
  for (
    const path of old.filter((path) =>
      !paths.includes(path) && path.endsWith("/")
    ).toReversed()
  ) {
    await removeFolder(`${prefix}/${path}`);
  }
  await writeManifest(prefix, [...made, ...files]);
  const chunks = files.filter((path) => path.startsWith(CHUNKS));
  for (const path of files) {
    if (!path.startsWith(CHUNKS)) console.log(`${prefix}/${path}`);
  }
  if (chunks.length > 0) {
    console.log(`${prefix}/${CHUNKS.slice(0, -1)} (${chunks.length} files)`);
  }
}

/**
 * Returns the folders that an installation makes: those of the last one, and those that are
 * missing.
 */
async function newFolders(
  prefix: string,
  paths: readonly string[],
  old: readonly string[],
): Promise<string[]> {
  const made: string[] = [];
  for (const path of paths) {
    if (!path.endsWith("/")) continue;
    const isOurs = old.includes(path) || !await exists(`${prefix}/${path}`);
    if (isOurs) made.push(path);
  }
  // The prefix itself, as `./`.
  if (old.includes("./") || !await exists(prefix)) made.unshift("./");
  return made;
}

async function place(from: string, to: string): Promise<void> {
  const draft = `${to}.new-${Deno.pid}`;
  const { isSymlink, mode } = await Deno.lstat(from);
  try {
    if (isSymlink) await Deno.symlink(await Deno.readLink(from), draft);
    else {
      await Deno.copyFile(from, draft);
      await Deno.chmod(draft, (mode ?? 0o644) & 0o777);
    }
    await Deno.rename(draft, to);
  } catch (error) {
    await remove(draft);
    throw error;
  }
}

async function readManifest(prefix: string): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(`${prefix}/${MANIFEST}`);
    return text.split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function writeManifest(
  prefix: string,
  paths: readonly string[],
): Promise<void> {
  const lines = [...paths, MANIFEST].map((path) => `${path}\n`).join("");
  const path = `${prefix}/${MANIFEST}`;
  await Deno.writeTextFile(`${path}.new`, lines);
  await Deno.rename(`${path}.new`, path);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes a folder if it is empty. */
async function removeFolder(path: string): Promise<void> {
  for await (const _ of Deno.readDir(path)) return;
  await remove(path);
}

function report(prefix: string, version: string, lack: string | null): void {
  const what = lack === null
    ? "one binary"
    : `the bundle with Deno ${Deno.version.deno} (no binary: ${lack})`;
  console.log(`Installed kaizen ${version} below ${prefix}: ${what}`);
  const bin = `${prefix}/bin`;
  const isFound = (Deno.env.get("PATH") ?? "").split(":").includes(bin);
  if (!isFound) console.log(`  add to PATH: export PATH="${bin}:$PATH"`);
  console.log(`  next: ${isFound ? "" : `${bin}/`}kaizen hooks install
  to remove it: ${prefix}/lib/kaizen/uninstall`);
}
