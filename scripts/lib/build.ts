// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Bundles `main.ts` to `dist/kaizen.js`, with chunks in `dist/chunks/`, and writes the launcher and
 * the manual page and the licences of the packages beside it. `--to=DIR` writes to another folder
 * than `dist/`.
 * @module
 */
import { bundleFiles } from "./bundle.ts";
import { LICENCES, listBundled, printLicences } from "./bundled.ts";
import {
  type Files,
  findHoisted,
  nameBuild,
  placeChunk,
  pointToChunks,
} from "./chunks.ts";
import { HOOK_CHUNKS } from "./hook_chunks.ts";
import { makeLauncher } from "./launcher.ts";
import { minifyFolder } from "./minify.ts";
import {
  packageSet,
  readCommit,
  readPermissions,
  readVersion,
  ROOT,
} from "./project.ts";

const EXIT_BUG = 70;
/** The part of the program that a hook does not need. */
const PROGRAM = "program.ts";
/** Runs the program. If the event loop empties before the program has ended, that is a bug. */
const COMMANDS = "commands.js";
const RUN = `import{realContext as c,runProgram as r}from"./program.js";` +
  `Deno.exitCode=${EXIT_BUG};r(c()).then(Deno.exit);`;
const LATER = [PROGRAM, ...HOOK_CHUNKS];
const DIST = Deno.args.find((word) => word.startsWith("--to="))?.slice(5) ??
  `${ROOT}/dist`;
const NOTICE =
  "AGPL-3.0-or-later; the licences of its packages are in THIRD_PARTY_LICENSES";

await Deno.mkdir(DIST, { recursive: true });
// All files are written to a draft folder first, so that a build that fails leaves the old one
// whole.
const draft = await Deno.makeTempDir({ dir: DIST, prefix: ".build-" });
try {
  await build();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`kaizen: ${error.message}`);
  Deno.exitCode = EXIT_BUG;
} finally {
  await Deno.remove(draft, { recursive: true });
}

async function build(): Promise<void> {
  const start = (await makeBundle(`${draft}/start`, [
    ...LATER.map((path) => `--external=${importedAs(path)}`),
    `${ROOT}/main.ts`,
  ])).get("main.js") ?? "";
  const hooks = await makeBundle(`${draft}/hooks`, [
    "--code-splitting",
    ...HOOK_CHUNKS.map((path) => `${ROOT}/${path}`),
  ]);
  const program = await makeBundle(`${draft}/program`, [
    "--code-splitting",
    `${ROOT}/${PROGRAM}`,
  ]);
  const chunks = new Map([...hooks, ...program]);
  const id = await nameBuild(new Map([...chunks, ["main.js", start]]));
  const folder = `${draft}/chunks`;
  await Deno.mkdir(folder);
  for (const [name, text] of chunks) {
    const placed = placeChunk(text, new Set(chunks.keys()));
    await Deno.writeTextFile(`${folder}/${name}`, placed);
  }
  await Deno.writeTextFile(`${folder}/${COMMANDS}`, await addHead(RUN));
  const addresses = new Map(
    LATER.map((path) => [importedAs(path), `./chunks/${id}/${chunkOf(path)}`]),
  );
  const main = pointToChunks(start, addresses);
  await Deno.writeTextFile(`${draft}/kaizen.js`, await addHead(main));
  const launcher = makeLauncher(
    await Deno.readTextFile(`${ROOT}/scripts/kaizen`),
    {
      runtime: {
        kind: "path",
        path: Deno.execPath(),
        cache: `${ROOT}/.deno/cache`,
      },
      permissions: await readPermissions(),
      commands: `chunks/${id}/${COMMANDS}`,
    },
  );
  await Deno.writeTextFile(`${draft}/kaizen.sh`, launcher, { mode: 0o755 });
  await Deno.writeTextFile(
    `${draft}/${LICENCES}`,
    await printLicences(await listBundled(draft)),
  );
  await placeChunks(folder, id);
  for (const name of ["kaizen.js", "kaizen.sh", LICENCES]) {
    await Deno.rename(`${draft}/${name}`, `${DIST}/${name}`);
  }
  await writeManual(`${DIST}/kaizen.sh`);
  await report(`${DIST}/kaizen.js`, [main, ...chunks.values()]);
}

/** Lets the program that was just built write its own manual page. */
async function writeManual(program: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: ["man"],
    stdin: "null",
  }).output();
  if (!success) {
    throw new Error(
      `the bundle cannot write its manual: ${new TextDecoder().decode(stderr)}`,
    );
  }
  await Deno.writeFile(`${DIST}/kaizen.1`, stdout);
}

/**
 * Moves the chunks of a build to the folder that its start file names. The chunks of the previous
 * build stay, as a process of that build may still load one.
 */
async function placeChunks(from: string, id: string): Promise<void> {
  const folder = `${DIST}/chunks`;
  await Deno.mkdir(folder, { recursive: true });
  const last = await lastBuild();
  for await (const { name } of Deno.readDir(folder)) {
    if (name === last && name !== id) continue;
    await Deno.remove(`${folder}/${name}`, { recursive: true });
  }
  await Deno.rename(from, `${folder}/${id}`);
}

/** Returns the id of the build that `dist/kaizen.js` belongs to, or null if there is none. */
async function lastBuild(): Promise<string | null> {
  try {
    const text = await Deno.readTextFile(`${DIST}/kaizen.js`);
    return /\.\/chunks\/(\w+)\//.exec(text)?.[1] ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Puts the facts of the build, which the program prints with `--version`, before its text. */
async function addHead(text: string): Promise<string> {
  const about = {
    version: await readVersion(),
    commit: await readCommit(),
    packages: packageSet(),
  };
  return `// kaizen ${about.version}, ${NOTICE}\n` +
    `globalThis.KAIZEN_BUILD=${JSON.stringify(about)};\n${text}`;
}

async function report(name: string, texts: readonly string[]): Promise<void> {
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  console.log(
    `${name}: ${characters} characters in ${texts.length} files, version ${await readVersion()}, commit ${await readCommit()}, packages: ${packageSet()}`,
  );
}

/** Returns the specifier by which the source of the start file imports a file of `LATER`. */
function importedAs(path: string): string {
  return `./${path.slice(path.lastIndexOf("/") + 1)}`;
}

/** Returns the name of the chunk that a file of `LATER` becomes. */
function chunkOf(path: string): string {
  return importedAs(path).slice(2).replace(/\.ts$/, ".js");
}

/**
 * Bundles and minifies, and checks that no file imports a module of Node's when it is loaded.
 *
 * @param folder Folder for intermediate files.
 * @param words Options and files for `deno bundle`.
 * @returns The files by name, without their folders.
 */
async function makeBundle(
  folder: string,
  words: string[],
): Promise<Files> {
  await bundleFiles(folder, words, {
    "node:sqlite": new URL("lazy_sqlite.ts", import.meta.url).href,
  });
  const files = await minifyFolder(`${folder}/bundle`, `${folder}/minified`);
  for (const text of files.values()) {
    const hoisted = findHoisted(text);
    if (hoisted === null) continue;
    throw new Error(
      `Cannot build: every run would load ${hoisted}, which must be imported lazily`,
    );
  }
  return files;
}
