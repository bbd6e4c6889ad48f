// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Bundles `main.ts` to `dist/kaizen.js` and writes the launcher beside it.
 * @module
 */
import { makeLauncher } from "./launcher.ts";
import {
  packageSet,
  readCommit,
  readPermissions,
  readVersion,
  ROOT,
  runDeno,
} from "./project.ts";

const DIST = `${ROOT}/dist`;
/** Everything that is written first, so that a build that fails leaves the old one whole. */
const draft = `${DIST}/.kaizen-${Deno.pid}`;

await Deno.mkdir(DIST, { recursive: true });
try {
  await writeImportMap(`${draft}.json`);
  const code = await runDeno([
    "bundle",
    "-q",
    "--no-lock",
    "--minify",
    "--platform=deno",
    "--format=esm",
    `--import-map=${draft}.json`,
    `--output=${draft}.js`,
    `${ROOT}/main.ts`,
  ]);
  if (code !== 0) {
    console.error("kaizen: deno bundle failed");
    Deno.exit(70);
  }
  const bundle = await Deno.readTextFile(`${draft}.js`);
  checkLazy(bundle);
  const build = {
    version: await readVersion(),
    commit: await readCommit(),
    packages: packageSet(),
  };
  await Deno.writeTextFile(
    `${draft}.js`,
    `// kaizen ${build.version}, AGPL-3.0-or-later. Holds @cliffy and @std packages, or stand-ins for them, under the MIT licence.\n` +
      `globalThis.KAIZEN_BUILD=${JSON.stringify(build)};\n${bundle}`,
  );
  await Deno.writeTextFile(
    `${draft}.sh`,
    makeLauncher(await Deno.readTextFile(`${ROOT}/scripts/kaizen`), {
      runtime: Deno.execPath(),
      cache: `${ROOT}/.deno/cache`,
      permissions: await readPermissions(),
    }),
    { mode: 0o755 },
  );
  await Deno.rename(`${draft}.js`, `${DIST}/kaizen.js`);
  await Deno.rename(`${draft}.sh`, `${DIST}/kaizen.sh`);
  console.log(
    `dist/kaizen.js: ${bundle.length} characters, version ${build.version}, commit ${build.commit}, packages: ${build.packages}`,
  );
} finally {
  for (const kind of ["json", "js", "sh"]) {
    await Deno.remove(`${draft}.${kind}`).catch(ignoreMissing);
  }
}

/** Writes the import map in use, made absolute, with the lazy `node:sqlite` in it. */
async function writeImportMap(path: string): Promise<void> {
  const config: unknown = JSON.parse(
    await Deno.readTextFile(`${ROOT}/deno.json`),
  );
  if (
    typeof config !== "object" || config === null || !("imports" in config) ||
    typeof config.imports !== "object" || config.imports === null
  ) throw new TypeError("Cannot build: deno.json has no imports");
  const imports: Record<string, string> = {
    "node:sqlite": new URL("lazy_sqlite.ts", import.meta.url).href,
  };
  for (const name of Object.keys(config.imports)) {
    imports[name] = import.meta.resolve(name);
  }
  await Deno.writeTextFile(path, JSON.stringify({ imports }));
}

/** Refuses a bundle in which every run would load a `node:` module. */
function checkLazy(bundle: string): void {
  const hoisted = bundle.match(/\bfrom\s*"(node:[^"]+)"/);
  if (hoisted === null) return;
  console.error(
    `kaizen: the bundle loads ${hoisted[1]} at its start: import it lazily`,
  );
  Deno.exit(70);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
