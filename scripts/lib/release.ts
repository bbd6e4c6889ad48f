// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Prepares a release in `dist/release/`.
 * @module
 */
import { isLockComplete } from "./bundle.ts";
import { readNotes } from "./changelog.ts";
import { packageSet, readVersion, ROOT } from "./project.ts";
import { writeSums } from "./sums.ts";

const EXIT_USAGE = 64;
const EXIT_FAULT = 1;
const OUT = `${ROOT}/dist/release`;
const SYSTEMS = ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64"];

const [version = "", ...words] = Deno.args;
const url = words.find((word) => word.startsWith("--url="))?.slice(6) ?? null;
const isDry = words.includes("--dry-run");
const isKnown = words.every((word) =>
  word === "--dry-run" || /^--url=./.test(word)
);
if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version) || !isKnown) {
  console.error("usage: scripts/release VERSION [--dry-run] [--url=URL]");
  Deno.exit(EXIT_USAGE);
}

const changelog = await Deno.readTextFile(`${ROOT}/CHANGELOG.md`);
const notes = readNotes(changelog, version);
const faults = await findFaults();
for (const fault of faults) console.error(`kaizen: ${fault}`);
if (faults.length > 0 && !isDry) Deno.exit(EXIT_FAULT);

/** Commands that make everything, in their order. */
const steps: string[][] = [
  ["scripts/compile", "--all", `--to=${OUT}`],
  ...SYSTEMS.map((system) => [
    ...["scripts/pack", "archive"],
    ...[`--to=${OUT}`, `--binary=${OUT}/kaizen-${system}`],
  ]),
  ["scripts/pack", "npm", `--to=${OUT}`],
  ...Deno.build.os === "linux"
    ? [["scripts/pack", "deb", `--to=${OUT}`, `--binary=${localBinary()}`]]
    : [],
];
for (const step of steps) await take(step);
if (!isDry) {
  await Deno.writeTextFile(`${OUT}/NOTES.md`, notes ?? "");
  const names = await Array.fromAsync(
    Deno.readDir(OUT),
    ({ name, isFile }) => isFile ? name : "",
  );
  const isReleased = (name: string) =>
    /^kaizen.*(?:\.tar\.gz|\.tgz|\.deb)$/.test(name);
  await writeSums(OUT, names.filter(isReleased).toSorted());
}
if (url !== null) {
  await take(["scripts/pack", "formula", `--to=${OUT}`, `--url=${url}`]);
}
console.log(
  `${isDry ? "It would then be" : "Everything is in"} ${OUT}. To publish it:
  git tag -s v${version} -F ${OUT}/NOTES.md && git push origin v${version}
  npm publish ${OUT}/kaizen-recorder-${version}.tgz`,
);
if (faults.length > 0) Deno.exit(EXIT_FAULT);

/** Returns what keeps this version from being released. */
async function findFaults(): Promise<string[]> {
  const found: string[] = [];
  const written = await readVersion();
  if (written !== version) found.push(`deno.json has version ${written}`);
  if (notes === null) found.push(`CHANGELOG.md has no notes for ${version}`);
  const changes = await git(["status", "--porcelain", "--untracked-files=no"]);
  if (changes !== "") found.push("files have changes that are not committed");
  const tag = await git(["tag", "--list", `v${version}`]);
  if (tag !== "") found.push(`the tag v${version} exists`);
  if (packageSet() !== "jsr") {
    found.push("a release has the packages of JSR: set KAIZEN_DEPS=jsr");
  }
  if (!await isLockComplete()) {
    found.push(
      "deno.lock lacks the packages of JSR: CONTRIBUTING.md says how to add them",
    );
  }
  return found;
}

/** Runs a step, or only prints it. */
async function take([script = "", ...args]: string[]): Promise<void> {
  console.log(`$ ${[script, ...args].join(" ")}`);
  if (isDry) return;
  const { code } = await new Deno.Command(`${ROOT}/${script}`, {
    args,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(code);
}

function localBinary(): string {
  const cpu = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  return `${OUT}/kaizen-linux-${cpu}`;
}

async function git(args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("git", {
    args: ["-C", ROOT, ...args],
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}
