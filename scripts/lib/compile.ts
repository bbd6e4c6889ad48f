// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Turns the bundle into binaries, and runs what it made.
 * @module
 */
import { readCommit, readPermissions, readVersion, ROOT } from "./project.ts";
import { writeSums } from "./sums.ts";
import { EXIT, runScript, ScriptError } from "./script_error.ts";

/** Names of the binaries by the targets that Deno knows. */
const TARGETS: readonly [target: string, name: string][] = [
  ["x86_64-unknown-linux-gnu", "kaizen-linux-x64"],
  ["aarch64-unknown-linux-gnu", "kaizen-linux-arm64"],
  ["x86_64-apple-darwin", "kaizen-macos-x64"],
  ["aarch64-apple-darwin", "kaizen-macos-arm64"],
];
/**
 * All that `deno compile` gets of the environment. It would build other variables, such as
 * `OTEL_DENO`, into the binary.
 */
const PASSED = [
  "ALL_PROXY",
  "DENORT_BIN",
  "DENO_CERT",
  "DENO_DIR",
  "DENO_TLS_CA_STORE",
  "HOME",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "PATH",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TMPDIR",
];
/**
 * A daemon's memory stays within its bound (`docs/daemon.md`) only with small generations.
 */
const BINARY_V8_FLAGS =
  "--v8-flags=--max-semi-space-size=2,--heap-growing-percent=30,--expose-gc";

await runScript(main);

async function main(words: readonly string[]): Promise<void> {
  const dist = words.find((word) => word.startsWith("--to="))?.slice(5) ??
    `${ROOT}/dist`;
  const all = words.includes("--all");
  if (words.some((word) => word !== "--all" && !word.startsWith("--to="))) {
    throw new ScriptError(
      EXIT.usage,
      "usage: scripts/compile [--all] [--to=DIR]",
    );
  }
  const base = Deno.env.get("DENORT_BIN");
  if (base) {
    if (all) {
      throw new ScriptError(
        EXIT.usage,
        "DENORT_BIN is the base runtime of one platform: unset it, or leave out --all",
      );
    }
    await checkBase(base);
  }
  const build = await run(`${ROOT}/scripts/build`, [`--to=${dist}`]);
  if (build.code !== 0) throw new ScriptError(EXIT.bug, build.stderr.trim());
  console.log(build.stdout.trim());
  const draft = await Deno.makeTempDir({ dir: dist, prefix: ".compile-" });
  try {
    const names: string[] = [];
    for (const [target, name] of all ? TARGETS : [[null, "kaizen"] as const]) {
      await compile({ target, bundle: dist, output: `${draft}/${name}` });
      const ran = target === null || target === Deno.build.target;
      if (ran) await checkBinary(`${draft}/${name}`);
      await Deno.rename(`${draft}/${name}`, `${dist}/${name}`);
      names.push(name);
      console.log(
        `${dist}/${name}${ran ? "" : " (not run: it is for another machine)"}`,
      );
    }
    if (all) await writeSums(dist, names);
  } finally {
    await Deno.remove(draft, { recursive: true });
  }
}

/**
 * Refuses what cannot be a base runtime before time is spent on it.
 *
 * @throws {ScriptError} If it is not a program of this kind of machine.
 */
async function checkBase(path: string): Promise<void> {
  const wanted =
    `DENORT_BIN must name a denort ${Deno.version.deno} for this machine`;
  try {
    using file = await Deno.open(path);
    const { isFile } = await file.stat();
    if (!isFile) {
      throw new ScriptError(EXIT.usage, `${wanted}: no file: ${path}`);
    }
    const head = new Uint8Array(4);
    await file.read(head);
    const [elf, machO] = ["7f454c46", "cffaedfe"];
    if (head.toHex() === (Deno.build.os === "darwin" ? machO : elf)) return;
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScriptError(EXIT.usage, `${wanted}: ${reason}`);
  }
  throw new ScriptError(EXIT.usage, `${wanted}: no program: ${path}`);
}

/** Options of a compilation. */
interface CompileOptions {
  /** Null means this machine. */
  target: string | null;
  /** Folder of the bundle. */
  bundle: string;
  output: string;
}

/**
 * Makes one binary.
 *
 * @throws {ScriptError} If the base runtime cannot be downloaded, or Deno fails otherwise.
 */
async function compile(
  { target, bundle, output }: CompileOptions,
): Promise<void> {
  const start = await Deno.readTextFile(`${bundle}/kaizen.js`);
  const [, id] = /\.\/chunks\/(\w+)\//.exec(start) ?? [];
  const env = Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = Deno.env.get(name) ?? Deno.env.get(name.toLowerCase());
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const { code, stderr } = await run(Deno.execPath(), [
    "compile",
    "-q",
    "--no-config",
    "--no-lock",
    "--no-prompt",
    // Deno would keep the compiled code in the folder for temporary files that all users share, in
    // a file of a fixed name: code of another user could run in our process.
    "--no-code-cache",
    BINARY_V8_FLAGS,
    ...await readPermissions(),
    `--include=${bundle}/chunks/${id}`,
    ...target === null ? [] : [`--target=${target}`],
    `--output=${output}`,
    `${bundle}/kaizen.js`,
  ], env);
  if (code === 0) return;
  if (Deno.env.get("DENORT_BIN")) {
    throw new ScriptError(
      EXIT.usage,
      `Deno cannot make a binary from DENORT_BIN: ${reason(stderr)}`,
    );
  }
  if (!/base binary|denort/i.test(stderr)) {
    throw new ScriptError(EXIT.bug, `Deno cannot compile: ${reason(stderr)}`);
  }
  throw new ScriptError(
    EXIT.unavailable,
    `Cannot download Deno's base runtime, denort ${Deno.version.deno}${
      target === null ? "" : ` for ${target}`
    }: ${reason(stderr)}
It comes from Deno's download site, once. Without that, put the path of a denort ${Deno.version.deno} in DENORT_BIN. dist/kaizen.sh, which scripts/build makes, runs without it.`,
  );
}

/**
 * Runs a binary and compares what it says with what it was made of.
 *
 * @throws {ScriptError} If it does not run, or is another program.
 */
async function checkBinary(path: string): Promise<void> {
  const wanted = [
    `kaizen ${await readVersion()}`,
    `deno ${Deno.version.deno}`,
    `commit ${await readCommit() ?? "unknown"}`,
  ];
  const { code, stdout, stderr } = await run(path, ["--version"], {});
  const lines = stdout.split("\n");
  const missing = wanted.filter((text) =>
    !lines.some((line) => line === text || line.startsWith(`${text} `))
  );
  if (code === 0 && missing.length === 0) return;
  const how = code === 0
    ? `its --version does not say "${missing.join('", "')}"`
    : `its --version exits ${code}: ${reason(stderr)}`;
  const base = Deno.env.get("DENORT_BIN");
  const hint = base
    ? `: DENORT_BIN is not denort ${Deno.version.deno} for this machine`
    : "";
  throw new ScriptError(
    base ? EXIT.usage : EXIT.bug,
    `The binary that was made is not kaizen, ${how}${hint}`,
  );
}

/** Returns the innermost of the causes that Deno lists, or else the first line that it wrote. */
function reason(stderr: string): string {
  const [told = ""] = stderr.split(/^Stack backtrace:/m);
  const causes = [...told.matchAll(/^\s+(?:\d+: )(.+)$/gm)]
    .map((match) => match[1] ?? "");
  const [first = ""] = told.trim().split("\n");
  return causes.at(-1) ?? first.replace(/^error: /, "");
}

/** Runs a program to its end; without `env` in our environment, else in that one alone. */
async function run(
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { ...env, NO_COLOR: "1" },
    clearEnv: env !== undefined,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
