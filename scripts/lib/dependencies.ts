// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The page about the packages of the project: which of them are in the program, and why.
 * @module
 */
import { bundleFiles } from "./bundle.ts";
import { type BundledPackage, listBundled, readLicence } from "./bundled.ts";
import { listFiles } from "./list_files.ts";
import { packageSet, ROOT, runDeno } from "./project.ts";

/** The reason for every package that is in the program, or that `deno.json` names. */
const REASONS: Readonly<Record<string, string>> = {
  "jsr:@cliffy/command": "the command line; its help is left out",
  "jsr:@cliffy/flags": "needed by @cliffy/command",
  "jsr:@cliffy/internal": "needed by @cliffy/command",
  "jsr:@std/assert": "assertions",
  "jsr:@std/bytes": "needed by @std/streams",
  "jsr:@std/cli": "options of a hook, the width of characters",
  "jsr:@std/fmt": "needed by @cliffy/command",
  "jsr:@std/streams": "lines and bytes of an input",
  "jsr:@std/text": "needed by @cliffy/command",
  "npm:@modelcontextprotocol/sdk": "a client that tests `kaizen mcp`",
  "npm:@uwdata/flechette": "writes Arrow streams for `-o arrow` (ADR 017)",
  "npm:ajv": "checks the JSON output against `docs/schema/`",
  "npm:fast-check": "properties and generated values",
  "npm:hyparquet": "needed by hyparquet-writer; tests read Parquet with it",
  "npm:hyparquet-writer": "writes Parquet files for `-o parquet` (ADR 017)",
  "npm:json-rpc-2.0": "needed by tmcp: messages",
  "npm:jsonc-parser":
    "changes settings that have comments and keeps their form",
  "npm:smol-toml": "reads `config.toml`, and the settings of Codex and Vibe",
  "npm:sqids": "needed by tmcp: cursors of lists",
  "npm:tmcp": "the protocol of `kaizen mcp` (ADR 015)",
  "npm:uri-template-matcher": "needed by tmcp: names of resources",
  "npm:valibot": "needed by tmcp: checks messages",
  "npm:vega": "draws the figures of `docs/performance.md`",
  "npm:vega-lite": "describes the figures of `docs/performance.md`",
};

/**
 * Packages of JSR that are in the program because another one needs them, with the versions that it
 * allows. The stand-ins have none of them, so a bundle of the stand-ins does not show them.
 */
const NEEDED: Readonly<Record<string, string>> = {
  "jsr:@cliffy/flags": "1.2.1",
  "jsr:@cliffy/internal": "1.2.1",
  "jsr:@std/bytes": "^1.0.6",
  "jsr:@std/fmt": "^1.0.10",
  "jsr:@std/text": "^1.0.19",
};

/** Programs that a script or a test fetches. The version follows the mark in the file. */
const FETCHED: readonly {
  name: string;
  file: string;
  mark: string;
  why: string;
}[] = [
  {
    name: "deno",
    file: "scripts/deno",
    mark: "version=",
    why: "runs everything; from npm if PATH does not have this version",
  },
  {
    name: "esbuild",
    file: "scripts/lib/minify.ts",
    mark: "ESBUILD_VERSION =",
    why: "bundles and minifies; `deno bundle` fetches it",
  },
  {
    name: "ccusage",
    file: "scripts/lib/ccusage.ts",
    mark: "VERSION =",
    why: "`scripts/interop` compares token counts with it",
  },
  ...["pyarrow", "polars", "duckdb"].map((name) => ({
    name,
    file: "scripts/lib/readers.ts",
    mark: `${name}==`,
    why: "`scripts/interop` reads columns with it",
  })),
  {
    name: "bun",
    file: "scripts/bench",
    mark: "bun@",
    why: "`scripts/bench` compares start times with it",
  },
  {
    name: "husky",
    file: "tests/e2e/_managers.ts",
    mark: "husky@",
    why: "a test installs our git hooks beside its own",
  },
  {
    name: "lefthook",
    file: "tests/e2e/_managers.ts",
    mark: "lefthook@",
    why: "a test installs our git hooks beside its own",
  },
];

/** A line of the page. */
interface Row {
  name: string;
  version: string;
  licence: string;
  why: string;
}

/**
 * Returns the text of `docs/dependencies.md`, which is not formatted.
 *
 * @throws {TypeError} If a version is not exact, or a package has no reason or is gone.
 */
export async function renderDependencies(): Promise<string> {
  const { shipped, tools } = await listDependencies();
  return `# Dependencies

\`scripts/dependencies\` writes this page, from \`deno.json\`, \`deno.lock\`, a bundle
and the packages themselves. \`tests/unit/scripts/dependencies_test.ts\` fails if
it is not up to date.

## In the program

These packages are in the program. Each build writes their licences
to \`THIRD_PARTY_LICENSES\`, which every package of kaizen contains. A binary also
holds the Deno runtime (MIT).

${printTable([...shipped, await priceRow()])}

A build takes the versions of \`deno.lock\`, which has a digest of every package
from npm and what it needs. It does not have JSR's packages yet
([CONTRIBUTING](../CONTRIBUTING.md#packages-and-the-lock) says why, and how to
add them), so those that another package needs may be newer than the version
here; a release is refused until the lock has them. Two builds of a commit in
one folder have the same bytes, which a test shows. In another folder a plain
build's launcher names another cache, and esbuild may name the chunks otherwise,
as it goes by the relative paths of packages.

## In tests and benchmarks

${printTable(tools)}

## Fetched by scripts

| Program | Version | Purpose |
| --- | --- | --- |
${(await Promise.all(FETCHED.map(printFetched))).join("\n")}

The actions of \`.github/workflows/\` are pinned to commits.

## Considered

| Package | Reason against it |
| --- | --- |
| npm:@jazzer.js/core | a fuzzer that measures coverage. It builds a native module for Node with cmake, and instruments the files that Node loads, and Deno's modules are not among them. \`scripts/fuzz\` uses a new kind of outcome as the sign of new code |
`;
}

/** Lists the packages of the program, and those of `deno.json` that are not in it. */
async function listDependencies(): Promise<{ shipped: Row[]; tools: Row[] }> {
  const pinned = await readPins();
  const bundled = await bundleProgram();
  const shipped = new Set(bundled.map(({ name }) => name));
  const registry = bundled.find(({ folder }) => folder !== null);
  const row = async (one: BundledPackage): Promise<Row> => ({
    name: one.name,
    version: pinned.get(one.name) ?? NEEDED[one.name] ?? one.version,
    licence: await readLicence(one),
    why: reasonOf(one.name),
  });
  const others = [...pinned].filter(([name]) => !shipped.has(name));
  await runDeno([
    "cache",
    "-q",
    "--no-lock",
    ...others.filter(([name]) => name.startsWith("npm:"))
      .map(([name, version]) => `${name}@${version}`),
  ]);
  const tools = others.map(([name, version]): BundledPackage => ({
    name,
    version,
    folder: name.startsWith("npm:") && registry?.folder
      ? registry.folder.replace(
        /(\/npm\/[^/]+\/).*/,
        `$1${name.slice("npm:".length)}/${version}`,
      )
      : null,
  }));
  const known = new Set([...shipped, ...pinned.keys()]);
  const gone = Object.keys(REASONS).filter((name) => !known.has(name));
  if (gone.length > 0) {
    throw new TypeError(
      `Cannot list dependencies: nothing uses ${gone.join()}`,
    );
  }
  return {
    shipped: await Promise.all(bundled.map(row)),
    tools: await Promise.all(tools.map(row)),
  };
}

/** Returns the row of the prices, which the program comes with. */
async function priceRow(): Promise<Row> {
  const { source, license } = JSON.parse(
    await Deno.readTextFile(`${ROOT}/src/prices/price_list.json`),
  );
  const [name, version] = source.split(" ");
  const [licence] = license.split(",");
  const why = "prices of models, as data (`scripts/prices`)";
  return { name: `npm:${name}`, version, licence, why };
}

/** Returns the packages of `deno.json` with their versions, ordered by name. */
async function readPins(): Promise<Map<string, string>> {
  const pins = new Map<string, string>();
  for (const [alias, specifier] of await readImports("deno.json")) {
    const [, name, version] = PINNED.exec(specifier) ?? [];
    if (name === undefined || version === undefined) {
      throw new TypeError(
        `Cannot list dependencies: "${alias}" has no exact version: ${specifier}`,
      );
    }
    // A folder of a package is written with a slash first.
    const key = name.replace(":/", ":");
    if ((pins.get(key) ?? version) !== version) {
      throw new TypeError(`Cannot list dependencies: two versions of ${key}`);
    }
    pins.set(key, version);
  }
  return new Map([...pins].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Bundles the program and returns the packages in it, with those that the stand-ins replace. */
async function bundleProgram(): Promise<BundledPackage[]> {
  const folder = await Deno.makeTempDir({ prefix: "kaizen-bundle-" });
  try {
    const files = ["main.ts", "program.ts"].map((file) => `${ROOT}/${file}`);
    await bundleFiles(folder, ["--code-splitting", ...files]);
    const bundled = await listBundled(`${folder}/bundle`);
    if (packageSet() === "jsr") return bundled;
    const jsr = [...await listImported(), ...Object.keys(NEEDED)].sort()
      .map((name): BundledPackage => ({ name, version: "", folder: null }));
    return [...jsr, ...bundled];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the packages of JSR that the source imports. */
async function listImported(): Promise<Set<string>> {
  const files = (await listFiles(`${ROOT}/src`, ".ts")).map((it) =>
    `src/${it}`
  );
  const texts = await Promise.all(
    files.map((file) => Deno.readTextFile(`${ROOT}/${file}`)),
  );
  // Not the imports in the examples of comments.
  const lines = texts.join("\n").split("\n")
    .filter((line) => !line.trimStart().startsWith("*"));
  return new Set(
    (await readImports("deno.json"))
      .filter(([alias, to]) =>
        to.startsWith("jsr:") &&
        lines.some((line) => line.includes(` from "${alias}"`))
      )
      .map(([alias]) => `jsr:${/^@\w+\/\w+/.exec(alias)}`),
  );
}

async function readImports(path: string): Promise<[string, string][]> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/${path}`));
  return Object.entries<string>(imports);
}

function reasonOf(name: string): string {
  const reason = REASONS[name];
  if (reason !== undefined) return reason;
  throw new TypeError(
    `Cannot list dependencies: "${name}" has no reason in scripts/lib/dependencies.ts`,
  );
}

function printTable(rows: readonly Row[]): string {
  return [
    "| Package | Version | Licence | Purpose |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ name, version, licence, why }) =>
      `| ${name} | ${version} | ${licence} | ${why} |`
    ),
  ].join("\n");
}

async function printFetched(
  { name, file, mark, why }: typeof FETCHED[number],
): Promise<string> {
  const text = await Deno.readTextFile(`${ROOT}/${file}`);
  const [version] =
    /^\W*\d+\.\d+\.\d+/.exec(text.slice(text.indexOf(mark) + mark.length)) ??
      [];
  if (version === undefined) {
    throw new TypeError(`Cannot list dependencies: no ${name} in ${file}`);
  }
  return `| ${name} | ${version.replace(/\W*/, "")} | ${why} |`;
}

const PINNED =
  /^((?:jsr|npm):\/?(?:@[\w-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+)(?:\/|$)/;
