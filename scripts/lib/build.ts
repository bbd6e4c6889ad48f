// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Bundles `main.ts` to `dist/kaizen.js` and writes the launcher beside it.
 * @module
 */
import { addToMap } from "./import_map.ts";
import { makeLauncher } from "./launcher.ts";
import { minify } from "./minify.ts";
import {
  packageSet,
  readCommit,
  readPermissions,
  readVersion,
  ROOT,
  runDeno,
} from "./project.ts";

const EXIT_BUG = 70;
const DIST = `${ROOT}/dist`;
const NOTICE = "AGPL-3.0-or-later. Holds @cliffy and @std packages, or " +
  "stand-ins for them, under the MIT licence.";

await Deno.mkdir(DIST, { recursive: true });
// Everything is written there first, so that a build that fails leaves the old one whole.
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
  const bundle = await makeBundle();
  const about = {
    version: await readVersion(),
    commit: await readCommit(),
    packages: packageSet(),
  };
  await Deno.writeTextFile(
    `${draft}/kaizen.js`,
    `// kaizen ${about.version}, ${NOTICE}\n` +
      `globalThis.KAIZEN_BUILD=${JSON.stringify(about)};\n${bundle}`,
  );
  const launcher = makeLauncher(
    await Deno.readTextFile(`${ROOT}/scripts/kaizen`),
    {
      runtime: Deno.execPath(),
      cache: `${ROOT}/.deno/cache`,
      permissions: await readPermissions(),
    },
  );
  await Deno.writeTextFile(`${draft}/kaizen.sh`, launcher, { mode: 0o755 });
  for (const name of ["kaizen.js", "kaizen.sh"]) {
    await Deno.rename(`${draft}/${name}`, `${DIST}/${name}`);
  }
  console.log(
    `dist/kaizen.js: ${bundle.length} characters, version ${about.version}, commit ${about.commit}, packages: ${about.packages}`,
  );
}

/** Returns the program as one file that loads nothing at its start. */
async function makeBundle(): Promise<string> {
  const map = await addToMap(mapInUse(), {
    "node:sqlite": new URL("lazy_sqlite.ts", import.meta.url).href,
  });
  await Deno.writeTextFile(`${draft}/map.json`, JSON.stringify(map));
  const code = await runDeno([
    "bundle",
    "-q",
    "--no-lock",
    "--platform=deno",
    "--format=esm",
    `--import-map=${draft}/map.json`,
    `--output=${draft}/bundle.js`,
    `${ROOT}/main.ts`,
  ]);
  if (code !== 0) throw new Error("Cannot build: deno bundle failed");
  const bundle = await minify(`${draft}/bundle.js`, `${draft}/minified.js`);
  const hoisted = bundle.match(/\bfrom\s*"(node:[^"]+)"/);
  if (hoisted === null) return bundle;
  throw new Error(
    `Cannot build: every run would load ${
      hoisted[1]
    }, which must be imported lazily`,
  );
}

/** Path of the import map that this very process runs with. */
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
