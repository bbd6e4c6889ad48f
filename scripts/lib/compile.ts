// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Turns the bundle into binaries.
 * @module
 */
import { readPermissions, ROOT } from "./project.ts";

/** Names of the binaries by the targets that Deno knows. */
const TARGETS: readonly [target: string, name: string][] = [
  ["x86_64-unknown-linux-gnu", "kaizen-linux-x64"],
  ["aarch64-unknown-linux-gnu", "kaizen-linux-arm64"],
  ["x86_64-apple-darwin", "kaizen-macos-x64"],
  ["aarch64-apple-darwin", "kaizen-macos-arm64"],
];
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
const EXIT_BUG = 70;

const all = Deno.args[0] === "--all";
if (Deno.args.length > (all ? 1 : 0)) {
  fail(EXIT_USAGE, "usage: scripts/compile [--all]");
}
if (all && Deno.env.get("DENORT_BIN")) {
  fail(
    EXIT_USAGE,
    "DENORT_BIN is the base runtime of one platform: unset it, or leave out --all",
  );
}

const build = await run(`${ROOT}/scripts/build`, ["--single"]);
if (build.code !== 0) fail(EXIT_BUG, build.stderr.trim());
console.log(build.stdout.trim());

const made: string[] = [];
for (const [target, name] of all ? TARGETS : [[null, "kaizen"] as const]) {
  await compile(target, `${ROOT}/dist/${name}`);
  made.push(name);
  console.log(`dist/${name}`);
}
if (all) await writeSums(made);

/**
 * Makes one binary.
 *
 * @param target Null means this machine.
 */
async function compile(target: string | null, output: string): Promise<void> {
  const { code, stderr } = await run(Deno.execPath(), [
    "compile",
    "-q",
    "--no-config",
    "--no-lock",
    "--no-prompt",
    ...await readPermissions(),
    ...target === null ? [] : [`--target=${target}`],
    `--output=${output}`,
    `${ROOT}/dist/kaizen_single.js`,
  ]);
  if (code === 0) return;
  if (!/base binary|denort/i.test(stderr)) fail(EXIT_BUG, stderr.trim());
  fail(
    EXIT_UNAVAILABLE,
    `Deno's base runtime (denort ${Deno.version.deno}${
      target === null ? "" : ` for ${target}`
    }) cannot be had: ${reason(stderr)}
It comes from Deno's download site, once. Without that, put the path of a denort ${Deno.version.deno} in DENORT_BIN. dist/kaizen.sh, which scripts/build makes, runs without it.`,
  );
}

/** Returns the innermost of the causes that Deno lists. */
function reason(stderr: string): string {
  const causes = [...stderr.matchAll(/^\s+(?:\d+: )(.+)$/gm)]
    .map((match) => match[1] ?? "")
    .filter((cause) => cause !== "<unknown>");
  return causes.at(-1) ?? "see above";
}

/** Writes `dist/SHA256SUMS` in the format of `sha256sum -c`. */
async function writeSums(names: readonly string[]): Promise<void> {
  let text = "";
  for (const name of names) {
    const digest = await crypto.subtle.digest(
      "SHA-256",
      await Deno.readFile(`${ROOT}/dist/${name}`),
    );
    const hex = [...new Uint8Array(digest)]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    text += `${hex}  ${name}\n`;
  }
  await Deno.writeTextFile(`${ROOT}/dist/SHA256SUMS`, text);
  console.log("dist/SHA256SUMS");
}

async function run(
  program: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function fail(code: number, message: string): never {
  console.error(`kaizen: ${message}`);
  Deno.exit(code);
}
