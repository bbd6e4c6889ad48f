// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Installs the reference, compares with it, and records its answers.
 * @module
 */
import {
  CCUSAGE_FOLDER,
  CCUSAGE_PACKAGES,
  CCUSAGE_PROGRAM,
} from "./ccusage.ts";
import { READER_PACKAGES, READERS_FOLDER } from "./readers.ts";
import { ROOT, runDeno } from "./project.ts";
import {
  findReference,
  NO_REFERENCE,
  REFERENCE_FOLDER,
  REFERENCE_VERSION,
} from "./reference.ts";

const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
const USAGE =
  "usage: scripts/interop [--install | --install-ccusage | --install-readers | --record | --steps N]";

Deno.exitCode = await main(Deno.args);

async function main(args: readonly string[]): Promise<number> {
  const [word, value] = args;
  if (word === "--install" && args.length === 1) return await install();
  if (word === "--install-ccusage" && args.length === 1) {
    return await installCcusage();
  }
  if (word === "--install-readers" && args.length === 1) {
    return await installReaders();
  }
  const isSteps = word === "--steps" && args.length === 2 &&
    /^[1-9][0-9]*$/.test(value ?? "");
  const isRecord = word === "--record" && args.length === 1;
  if (args.length > 0 && !isSteps && !isRecord) {
    return fail(EXIT_USAGE, USAGE);
  }
  const reference = await findReference((name) => Deno.env.get(name));
  if (reference === null) return fail(EXIT_UNAVAILABLE, NO_REFERENCE);
  const env = { KAIZEN_REFERENCE: reference };
  if (isRecord) {
    return await runDeno(
      ["run", "-A", "--no-lock", `${ROOT}/tests/interop/record.ts`],
      env,
    );
  }
  return await compare(
    isSteps ? { ...env, KAIZEN_INTEROP_STEPS: value ?? "" } : env,
  );
}

async function compare(env: Record<string, string>): Promise<number> {
  const { code } = await new Deno.Command(`${ROOT}/scripts/test`, {
    args: ["interop"],
    env,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code;
}

async function install(): Promise<number> {
  return await run("cargo", [
    "install",
    "--locked",
    "--root",
    REFERENCE_FOLDER,
    "--version",
    REFERENCE_VERSION,
    "kaizen-cli",
  ]);
}

async function installCcusage(): Promise<number> {
  const code = await run("npm", [
    "install",
    "--prefix",
    CCUSAGE_FOLDER,
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    ...CCUSAGE_PACKAGES,
  ]);
  // The package leaves it to its launcher to make the program one that can be run.
  if (code === 0) await Deno.chmod(CCUSAGE_PROGRAM, 0o755);
  return code;
}

async function installReaders(): Promise<number> {
  const code = await run("python3", ["-m", "venv", READERS_FOLDER]);
  if (code !== 0) return code;
  return await run(`${READERS_FOLDER}/bin/python`, [
    ...["-m", "pip", "install", "--disable-pip-version-check"],
    ...["--only-binary", ":all:", ...READER_PACKAGES],
  ]);
}

async function run(program: string, args: string[]): Promise<number> {
  try {
    const { code } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    return code;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return fail(
      EXIT_UNAVAILABLE,
      `Cannot install: ${program} is not on PATH`,
    );
  }
}

function fail(code: number, message: string): number {
  console.error(`kaizen: ${message}`);
  return code;
}
