// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Plays the paths of `tests/faults/`, and prints a table.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { hasStrace } from "../../tests/e2e/_strace.ts";
import { tempHome } from "../../tests/e2e/harness.ts";
import { printPoint } from "../../tests/faults/inject.ts";
import { FAULT_PATHS } from "../../tests/faults/paths.ts";
import { type PointResult, runPath } from "../../tests/faults/run_path.ts";

const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;
/** The harness ends a daemon that runs longer: all points of all paths take some hours. */
const PATIENCE_MS = 12 * 3_600_000;
/** With three tries, one in 17 points of a prune is passed by; with one it was one in three. */
const TRIES = 3;

const { _: words, every, offset, only, jobs } = parseArgs(Deno.args, {
  string: ["every", "offset", "only", "jobs", "_"],
});
const names = words.length > 0 ? words.map(String) : [...FAULT_PATHS.keys()];
const stride = Number(every ?? 1);
const first = Number(offset ?? 0);
const atOnce = Number(jobs ?? navigator.hardwareConcurrency);
const isUsable = !Deno.args.includes("--help") &&
  names.every((name) => FAULT_PATHS.has(name)) &&
  Number.isInteger(stride) && stride > 0 && Number.isInteger(first) &&
  first >= 0 && first < stride && Number.isInteger(atOnce) && atOnce > 0;
if (!isUsable) {
  console.error(
    `kaizen: usage: scripts/faults [PATH…] [--every N] [--offset N] [--only POINT,…] [--jobs N]; paths: ${
      [...FAULT_PATHS.keys()].join(", ")
    }`,
  );
  Deno.exit(EXIT_USAGE);
}
if (!await hasStrace()) {
  console.error("kaizen: there is no strace that may look at processes");
  Deno.exit(EXIT_UNAVAILABLE);
}
await using home = await tempHome();
await using _daemon = await home.startDaemon({ patienceMs: PATIENCE_MS });
console.log("path         points  broken  outcomes");
for (const name of names) {
  const results = await runPath(name, home, {
    every: stride,
    offset: first,
    jobs: atOnce,
    tries: TRIES,
    ...only ? { only: new Set(String(only).split(",")) } : {},
    onResult: tell,
  });
  const broken = results.filter((result) => result.broken !== null).length;
  if (broken > 0) Deno.exitCode = 1;
  console.log(
    [
      name.padEnd(12),
      `${results.length}`.padStart(6),
      `${broken}`.padStart(7),
      ` ${countOutcomes(results)}`,
    ].join(" "),
  );
}

/** Prints a broken promise as soon as it is found. */
function tell({ point, broken }: PointResult): void {
  if (broken === null) return;
  const words = broken.trim().split("\n").slice(0, 12).join("\n    ");
  console.log(`  ${printPoint(point)}: ${words}`);
}

function countOutcomes(results: readonly PointResult[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of results) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}
