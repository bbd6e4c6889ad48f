// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A few of the points at which the system may fail in a hook and in a commit. `scripts/faults`
 * plays all of them, on more paths.
 */
import { assert, assertEquals } from "@std/assert";
import { printPoint } from "../faults/inject.ts";
import {
  isPassedBy,
  type PointResult,
  type RunOptions,
  runPath,
} from "../faults/run_path.ts";
import { hasStrace } from "./_strace.ts";
import { tempHome } from "./harness.ts";

/** Paths, and which of their points are played. */
const chosen: [path: string, points: Pick<RunOptions, "every" | "only">][] = [
  ["hook-down", { every: 8 }],
  ["hook-behind", { every: 40 }],
  // Most of its points are passed by, as the threads of a daemon take turns.
  ["commit", { every: 70 }],
  // The byte by which long work waits for its turn.
  ["prune", { every: 1, only: new Set(["sendto#1=EPIPE", "sendto#2=EPIPE"]) }],
  // Deaths in the middle of a copy, and at its end. Not each of these calls is made in each run.
  ["backup", {
    every: 1,
    only: new Set([
      ...["pwrite64#1=KILL", "pwrite64#20=KILL"],
      ...[1, 2, 3, 4, 5, 6, 7].map((nth) => `fsync#${nth}=KILL`),
    ]),
  }],
];
for (const [path, points] of chosen) {
  Deno.test({
    name: `${path} keeps its promises if the system fails at one point`,
    ignore: !await hasStrace(),
    async fn() {
      await using home = await tempHome();
      await using _daemon = await home.startDaemon();
      // The threads of a run may make none of these calls.
      const results: PointResult[] = [];
      for (let left = 5; left > 0 && !isPlayed(results); left--) {
        results.push(...await runPath(path, home, points));
      }
      const broken = results.filter((result) => result.broken !== null)
        .map(({ point, broken }) => `${printPoint(point)}: ${broken}`);
      assertEquals(broken, []);
      assert(isPlayed(results), "no fault happened, or none that kills");
    },
  });
}

/** Whether a fault happened, and one that kills, if there are any. */
function isPlayed(results: readonly PointResult[]): boolean {
  const happened = results.filter((result) => !isPassedBy(result));
  const kills = (all: readonly PointResult[]) =>
    all.some(({ point }) => point.fault === "KILL");
  return happened.length > 0 && (!kills(results) || kills(happened));
}
