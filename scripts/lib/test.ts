// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Runs the checks and counts the outcomes.
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { packageSet, ROOT } from "./project.ts";
import { findReference, NO_REFERENCE } from "./reference.ts";
import { findCcusage, NO_CCUSAGE } from "./ccusage.ts";
import { findReaders, NO_READERS } from "./readers.ts";
import {
  countTests,
  type Outcome,
  printSummary,
  printTable,
} from "./outcome.ts";

/** A step that takes longer hangs. */
const STEP_PATIENCE_MS = 20 * 60_000;

/** Runs a check and returns its outcome, or the reason why there is nothing to run. */
type Step = () => Promise<Outcome> | Outcome;

const folder = await Deno.makeTempDir({ prefix: "kaizen-test-" });
/**
 * The environment of the tests: an empty home, and no variable that changes how the program works.
 */
const testEnv = {
  ...cleanEnv(),
  // Empty stands for the number of runs that each property has of its own.
  KAIZEN_TRUTH_RUNS: Deno.env.get("KAIZEN_TRUTH_RUNS") ?? "",
  HOME: `${folder}/home`,
  // Tests that install something read the registry's address from the user's settings.
  KAIZEN_TEST_USER_HOME: Deno.env.get("HOME") ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  NO_COLOR: "1",
  // Tests wait for the programs that they run, so one more file than processors keeps these busy.
  DENO_JOBS: Deno.env.get("DENO_JOBS") ??
    `${navigator.hardwareConcurrency + 1}`,
};
await Deno.mkdir(testEnv.HOME);
const program = Deno.env.get("KAIZEN_BIN");
/** The tests of interop that need no reference, by the variable that names what they need. */
const WITHOUT_REFERENCE: Readonly<
  Record<string, { files: readonly string[]; reason: string }>
> = {
  KAIZEN_CCUSAGE: {
    files: [
      "tests/interop/usage_judge_test.ts",
      "tests/interop/usage_program_test.ts",
    ],
    reason: NO_CCUSAGE,
  },
  KAIZEN_READERS: {
    files: ["tests/interop/columns_test.ts"],
    reason: NO_READERS,
  },
};
/** Tests of the source as text, which need nothing else to run. */
const LAYERS = [
  "tests/unit/layers_test.ts",
  "tests/unit/names_test.ts",
  "tests/unit/comments_test.ts",
];

const steps: Record<string, Step> = {
  format: () => check(["fmt", "--check"]),
  lint: () => check(["lint"]),
  types: checkTypes,
  layers: () => test(["--parallel", ...LAYERS]),
  unit: () => test(["--parallel", `--ignore=${LAYERS.join()}`, "tests/unit"]),
  doc: () => test(["--doc", "src"], { checked: true }),
  e2e: () => test(["--parallel", "tests/e2e"], { env: programEnv(program) }),
  bundle: testBundle,
  binary: testBinary,
  interop: testInterop,
  packages: tellPackages,
  soak,
};

/**
 * The steps of a run without words. The program's tests run on the bundle, which is what people
 * run; `scripts/test e2e` runs them on the source. `soak` takes minutes, and must be asked
 * for.
 */
const ALL = Object.keys(steps).filter((name) =>
  name !== "e2e" && name !== "soak"
);

/** The steps that run beside the next ones, as they take one processor, and long. */
const ASIDE = ["types", "doc"];

/** Options of `deno test`, besides its files. */
interface TestOptions {
  /** Whether to check types first, if no other step does. */
  checked?: boolean;
  env?: Record<string, string>;
}

try {
  Deno.exitCode = await main(Deno.args);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function main(words: readonly string[]): Promise<number> {
  const chosen: [name: string, step: Step][] = [];
  for (const word of words.length > 0 ? words : ALL) {
    const step = steps[word] ?? await pathStep(word);
    if (step === null) {
      console.error(
        `kaizen: no such check or path: ${word} (checks: ${
          Object.keys(steps).join(", ")
        })`,
      );
      return 64;
    }
    chosen.push([word, step]);
  }
  const outcomes: NamedOutcome[] = [];
  const aside: Promise<void>[] = [];
  for (const [name, step] of chosen) {
    const work = runStep(name, step, outcomes);
    if (ASIDE.includes(name)) aside.push(work);
    else await work;
  }
  await Promise.all(aside);
  console.log(`\n${printTable(outcomes)}`);
  console.log(printSummary(outcomes));
  return outcomes.some(([, { failed }]) => failed > 0) ? 1 : 0;
}

type NamedOutcome = [name: string, outcome: Outcome];

async function runStep(
  name: string,
  step: Step,
  outcomes: NamedOutcome[],
): Promise<void> {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const outcome = await step();
  outcome.seconds = (performance.now() - start) / 1000;
  outcomes.push([name, outcome]);
}

/** Returns a step that runs the tests at a path, or null if there is no such path. */
async function pathStep(word: string): Promise<Step | null> {
  try {
    await Deno.stat(`${ROOT}/${word}`);
    return async () =>
      test([word], { env: { ...programEnv(program), ...await interopEnv() } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Runs a command that counts as one check. */
async function check(args: string[]): Promise<Outcome> {
  const code = await run(args, cleanEnv());
  return code === 0
    ? { passed: 1, failed: 0, reasons: [] }
    : { passed: 0, failed: 1, reasons: [] };
}

/**
 * Checks the types of everything. Packages of a custom import map are local files, which Deno
 * checks by our rules; faults in them are not ours and do not count.
 */
async function checkTypes(): Promise<Outcome> {
  const set = packageSet();
  const args = [
    "check",
    // Offline the lock file is complete; with other packages Deno would write to it.
    ...set === "offline" ? [] : ["--no-lock"],
    "main.ts",
    "src",
    "tests",
    "scripts",
    "bench",
  ];
  if (set === "jsr" || set === "offline") return await check(args);
  const { code, stderr } = await new Deno.Command(`${ROOT}/scripts/deno`, {
    args,
    cwd: ROOT,
    env: { ...cleanEnv(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    signal: AbortSignal.timeout(STEP_PATIENCE_MS),
  }).output();
  const text = new TextDecoder().decode(stderr);
  const places = [...text.matchAll(/^ {4}at (file:\S+)$/gm)].map(([, at]) =>
    at
  );
  const ours = places.filter((at) => at?.startsWith(`file://${ROOT}/`));
  if (code !== 0 && (ours.length > 0 || places.length === 0)) {
    console.log(text);
    return { passed: 0, failed: 1, reasons: [] };
  }
  if (places.length > 0) {
    console.log(`${places.length} places in the packages' own files, not ours`);
  }
  return { passed: 1, failed: 0, reasons: [] };
}

/** Runs test files. A failure outside any test counts as one failed test. */
async function test(
  args: string[],
  { checked = false, env = {} }: TestOptions = {},
): Promise<Outcome> {
  const report = `${folder}/report-${crypto.randomUUID()}.xml`;
  const code = await run(
    [
      "test",
      "-A",
      "--no-lock",
      `--junit-path=${report}`,
      ...checked ? [] : ["--no-check"],
      ...args,
    ],
    { ...testEnv, ...env },
    isNews,
  );
  return countTests(await readReport(report), code);
}

async function readReport(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function testBundle(): Promise<Outcome> {
  if (program) return skip("KAIZEN_BIN names the program to test");
  const code = await runProgram(`${ROOT}/scripts/build`, [], cleanEnv());
  if (code !== 0) return { passed: 0, failed: 1, reasons: [] };
  return await test(["--parallel", "tests/e2e", "tests/bundle"], {
    env: programEnv(`${ROOT}/dist/kaizen.js`),
  });
}

async function testBinary(): Promise<Outcome> {
  if (program) return skip("KAIZEN_BIN names the program to test");
  const binary = `${ROOT}/dist/kaizen`;
  try {
    await Deno.stat(binary);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return skip("there is no dist/kaizen: scripts/compile makes it");
  }
  return await test(["tests/e2e"], { env: programEnv(binary) });
}

async function testInterop(): Promise<Outcome> {
  const env = await interopEnv();
  const reasons: string[] = [];
  const files: string[] = [];
  for (const [name, needed] of Object.entries(WITHOUT_REFERENCE)) {
    if (env[name] === undefined) reasons.push(needed.reason);
    else files.push(...needed.files);
  }
  const hasReference = env["KAIZEN_REFERENCE"] !== undefined;
  if (!hasReference) reasons.unshift(NO_REFERENCE);
  if (!hasReference && files.length === 0) return skip(reasons.join("; "));
  const outcome = await test(hasReference ? ["tests/interop"] : files, {
    env: { ...programEnv(program), ...env },
  });
  // With the reference, the tests that need more are among those that ran, and say so themselves.
  return hasReference
    ? outcome
    : { ...outcome, reasons: [...outcome.reasons, ...reasons] };
}

/**
 * Returns the variables that the comparison needs, which are removed from the environment with all
 * other names of ours.
 */
async function interopEnv(): Promise<Record<string, string>> {
  const names = [
    "KAIZEN_INTEROP_STEPS",
    "KAIZEN_INTEROP_SEED",
    "KAIZEN_INTEROP_SEEDS",
    "KAIZEN_REFERENCE_OLD",
  ];
  const reference = await findReference((name) => Deno.env.get(name));
  const values: [string, string | null | undefined][] = [
    ["KAIZEN_REFERENCE", reference],
    ["KAIZEN_CCUSAGE", await findCcusage((name) => Deno.env.get(name))],
    ["KAIZEN_READERS", await findReaders((name) => Deno.env.get(name))],
    ...names.map((name): [string, string | undefined] => [
      name,
      Deno.env.get(name),
    ]),
  ];
  return Object.fromEntries(
    values.flatMap(([name, value]) => value ? [[name, value]] : []),
  );
}

/** Says so if the suite did not run with the packages that ship. */
function tellPackages(): Outcome {
  const set = packageSet();
  if (set === "offline") {
    return skip(
      "the real packages: JSR was not reached, or KAIZEN_DEPS said offline; the stand-ins were tested",
    );
  }
  console.log(`tested with: ${set}`);
  return { passed: 0, failed: 0, reasons: [] };
}

/** Lets agents use a daemon for three minutes. */
async function soak(): Promise<Outcome> {
  const env = { ...testEnv, ...programEnv(program) };
  const code = await runProgram(`${ROOT}/scripts/soak`, [], env);
  return {
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    reasons: [],
  };
}

function skip(reason: string): Outcome {
  console.log(`skipped: ${reason}`);
  return { passed: 0, failed: 0, reasons: [reason] };
}

function programEnv(named: string | undefined): Record<string, string> {
  if (!named) return {};
  return {
    KAIZEN_BIN: named.startsWith("/") ? named : `${Deno.cwd()}/${named}`,
  };
}

/** Returns our environment without the variables that change how the program or git works. */
function cleanEnv(): Record<string, string> {
  const env = Deno.env.toObject();
  for (const name of Object.keys(env)) {
    const steers = name.startsWith("KAIZEN_") && name !== "KAIZEN_DEPS" ||
      name.startsWith("GIT_") ||
      name.endsWith("_PROJECT_DIR") || name.startsWith("SUDO_");
    if (steers) delete env[name];
  }
  if (!Deno.stdout.isTerminal()) env["NO_COLOR"] = "1";
  return env;
}

/** Leaves out the lines of tests that passed or were ignored. */
function isNews(line: string): boolean {
  return !/ \.\.\. (?:ok|ignored)\b/.test(line);
}

async function run(
  args: string[],
  env: Record<string, string>,
  isShown = (_line: string) => true,
): Promise<number> {
  return await runProgram(`${ROOT}/scripts/deno`, args, env, isShown);
}

/**
 * Runs a program to its end, prints those lines of its stdout that `isShown` accepts, and returns
 * its exit code.
 */
async function runProgram(
  path: string,
  args: string[],
  env: Record<string, string>,
  isShown = (_line: string) => true,
): Promise<number> {
  const child = new Deno.Command(path, {
    args,
    cwd: ROOT,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(STEP_PATIENCE_MS),
  }).spawn();
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    if (isShown(line)) console.log(line);
  }
  const { code, signal } = await child.status;
  if (signal !== null) console.error(`kaizen: ended by ${signal}`);
  return code;
}
