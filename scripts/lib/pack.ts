// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Makes packages of a build.
 * @module
 */
import { LICENCES } from "./bundled.ts";
import { fillFormula } from "./formula.ts";
import { readVersion, ROOT } from "./project.ts";
import { stagePrefix, stageProgram } from "./stage.ts";
import { EXIT, runScript, ScriptError } from "./script_error.ts";

/** The name on npm, where `kaizen` is another project. */
const NPM_NAME = "kaizen-recorder";
const USAGE =
  "usage: scripts/pack npm|deb|archive|formula [--to=DIR] [--binary=FILE] [--url=URL]";

/** The content of a package. */
interface PackOptions {
  /** Folder for the package. */
  to: string;
  /** The binary to pack instead of the bundle, or null. */
  binary: string | null;
  /** Address of the project, or null. */
  url: string | null;
  /** A folder for everything that is not the package, removed afterwards. */
  draft: string;
}

/** Each returns the path of what it made. */
const packages = {
  npm: packNpm,
  deb: packDeb,
  archive: packArchive,
  formula: packFormula,
};

await runScript(main);

async function main([name = "", ...words]: readonly string[]): Promise<void> {
  const given = (option: string) =>
    words.find((word) => word.startsWith(option))?.slice(option.length);
  const isKnown = (word: string) => /^--(?:to|binary|url)=./.test(word);
  const pack = Object.entries(packages).find(([key]) => key === name)?.[1];
  if (pack === undefined || !words.every(isKnown)) {
    throw new ScriptError(EXIT.usage, USAGE);
  }
  const to = await realFolder(given("--to=") ?? `${ROOT}/dist`);
  const draft = await Deno.makeTempDir({ prefix: "kaizen-pack-" });
  try {
    const binary = given("--binary=") ?? null;
    const url = given("--url=") ?? null;
    console.log(await pack({ to, binary, url, draft }));
  } finally {
    await Deno.remove(draft, { recursive: true });
  }
}

async function packNpm({ to, draft }: PackOptions): Promise<string> {
  const build = await makeBuild(draft);
  const version = await readVersion();
  const folder = `${draft}/package`;
  await Deno.mkdir(folder);
  await stageProgram({ build, to: folder, runtime: { kind: "npm" } });
  await Deno.copyFile(`${build}/kaizen.1`, `${folder}/kaizen.1`);
  await Deno.copyFile(
    `${ROOT}/packaging/npm_readme.md`,
    `${folder}/README.md`,
  );
  const manifest = {
    name: NPM_NAME,
    version,
    description: "Records what coding agents do, on this machine alone",
    license: "AGPL-3.0-or-later",
    bin: { kaizen: "kaizen.sh" },
    // npm links nothing if it is not a list.
    man: ["./kaizen.1"],
    os: ["linux", "darwin"],
    cpu: ["x64", "arm64"],
    // Exactly the version that the program is tested with.
    dependencies: { deno: Deno.version.deno },
  };
  await Deno.writeTextFile(
    `${folder}/package.json`,
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  await run("npm", [
    "pack",
    "--silent",
    "--ignore-scripts",
    `--cache=${draft}/cache`,
    `--pack-destination=${to}`,
    folder,
  ]);
  return `${to}/${NPM_NAME}-${version}.tgz`;
}

async function packDeb({ to, binary, draft }: PackOptions): Promise<string> {
  const build = await makeBuild(draft);
  const version = await readVersion();
  const root = `${draft}/root`;
  await Deno.mkdir(`${root}/usr`, { recursive: true });
  await Deno.mkdir(`${root}/DEBIAN`);
  await stagePrefix({
    build,
    to: `${root}/usr`,
    runtime: binary === null
      ? { kind: "beside", program: Deno.execPath() }
      : { kind: "binary", program: binary },
  });
  const usr = `${root}/usr`;
  await Deno.remove(`${usr}/lib/kaizen/uninstall`);
  await move(
    `${usr}/share/zsh/site-functions/_kaizen`,
    `${usr}/share/zsh/vendor-completions/_kaizen`,
  );
  await Deno.remove(`${usr}/share/zsh/site-functions`);
  await move(`${usr}/lib/kaizen/LICENSE`, `${usr}/share/doc/kaizen/copyright`);
  await move(
    `${usr}/lib/kaizen/${LICENCES}`,
    `${usr}/share/doc/kaizen/${LICENCES}`,
  );
  await Deno.copyFile(
    `${ROOT}/CHANGELOG.md`,
    `${usr}/share/doc/kaizen/changelog`,
  );
  for (const path of ["man/man1/kaizen.1", "doc/kaizen/changelog"]) {
    await run("gzip", ["-9n", `${usr}/share/${path}`]);
  }
  await Deno.mkdir(`${usr}/lib/systemd/user`, { recursive: true });
  await Deno.copyFile(
    `${ROOT}/packaging/kaizen.service`,
    `${usr}/lib/systemd/user/kaizen.service`,
  );
  // Root can write to the folder, so root's runs keep compiled code there.
  await Deno.writeTextFile(
    `${root}/DEBIAN/prerm`,
    '#!/bin/sh\nrm -rf "${DPKG_ROOT-}/usr/lib/kaizen/cache"\n',
    { mode: 0o755 },
  );
  const cpu = debCpu();
  await Deno.writeTextFile(
    `${root}/DEBIAN/control`,
    `Package: kaizen
Version: ${version}
Architecture: ${cpu}
Maintainer: ${await findMaintainer()}
Section: utils
Priority: optional
Depends: libc6 (>= 2.31), libgcc-s1
Installed-Size: ${await sizeKib(usr)}
Description: records what coding agents do
 Coding agents and git run kaizen as a hook at every step; a daemon of the user
 keeps the events, and the user and their scripts ask it what happened. Nothing
 leaves the machine.
`,
  );
  const path = `${to}/kaizen_${version}_${cpu}.deb`;
  await run("dpkg-deb", [
    "--root-owner-group",
    "-Zgzip",
    "--build",
    root,
    path,
  ]);
  return path;
}

async function packArchive(
  { to, binary, draft }: PackOptions,
): Promise<string> {
  if (binary === null) throw new ScriptError(EXIT.usage, USAGE);
  const tree = `${draft}/tree`;
  await Deno.mkdir(tree);
  await stagePrefix({
    build: await makeBuild(draft),
    to: tree,
    runtime: { kind: "binary", program: binary },
  });
  // It removes what a manifest lists, and an archive has none.
  await Deno.remove(`${tree}/lib/kaizen/uninstall`);
  const path = `${to}/${binary.slice(binary.lastIndexOf("/") + 1)}.tar.gz`;
  await run("tar", ["-C", tree, "-czf", path, "bin", "lib", "share"]);
  return path;
}

async function packFormula({ to, url }: PackOptions): Promise<string> {
  if (url === null) throw new ScriptError(EXIT.usage, USAGE);
  const text = fillFormula(
    await Deno.readTextFile(`${ROOT}/packaging/kaizen.rb`),
    {
      version: await readVersion(),
      url,
      sums: await Deno.readTextFile(`${to}/SHA256SUMS`),
    },
  );
  await Deno.writeTextFile(`${to}/kaizen.rb`, text);
  return `${to}/kaizen.rb`;
}

async function makeBuild(draft: string): Promise<string> {
  await run(`${ROOT}/scripts/build`, [`--to=${draft}/build`]);
  return `${draft}/build`;
}

/** Returns who packs, by Debian's variables, or else the author of the last commit. */
async function findMaintainer(): Promise<string> {
  const [name, address] = ["DEBFULLNAME", "DEBEMAIL"].map((variable) =>
    Deno.env.get(variable)
  );
  if (name && address) return `${name} <${address}>`;
  const author = ["-C", ROOT, "log", "-1", "--format=%an <%ae>"];
  return (await run("git", author)).trim();
}

/** Returns Debian's name of this machine's processor. */
function debCpu(): string {
  return Deno.build.arch === "x86_64" ? "amd64" : "arm64";
}

async function move(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.rename(from, to);
}

/** Returns the size of all files in a folder, in KiB. */
async function sizeKib(folder: string): Promise<number> {
  let sum = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    sum += isDirectory
      ? await sizeKib(path)
      : Math.ceil((await Deno.lstat(path)).size / 1024);
  }
  return sum;
}

async function realFolder(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  return await Deno.realPath(path);
}

/**
 * Runs a program, and returns what it wrote to stdout.
 *
 * @throws {ScriptError} If the program is missing or fails.
 */
async function run(program: string, args: string[]): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    throw new ScriptError(
      EXIT.bug,
      `${program} failed: ${new TextDecoder().decode(stderr).trim()}`,
    );
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ScriptError(
      EXIT.unavailable,
      `needs ${program}, which is not on PATH`,
    );
  }
}
