// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A few of the points at which the system may fail in a hook and in a commit. `scripts/faults`
 * plays all of them, on more paths.
 */
import { assert, assertEquals } from "@std/assert";
import { printPoint } from "../faults/inject.ts";
import { runPath } from "../faults/run_path.ts";
import { hasStrace } from "./_strace.ts";
import { tempHome } from "./harness.ts";

/** Paths, and which of their points are played. */
const strides: [path: string, every: number][] = [
  ["hook-down", 8],
  ["hook-behind", 40],
  // Most of its points are passed by, as the threads of a daemon take turns.
  ["commit", 70],
];
for (const [path, every] of strides) {
  Deno.test({
    name:
      `${path} keeps its promises if the system fails at one point (of ${every} each)`,
    ignore: !await hasStrace(),
    async fn() {
      await using home = await tempHome();
      await using _daemon = await home.startDaemon();
      const results = await runPath(path, home, { every });
      const broken = results.filter((result) => result.broken !== null)
        .map(({ point, broken }) => `${printPoint(point)}: ${broken}`);
      assertEquals(broken, []);
      assert(results.some(({ outcome }) => outcome !== "passed by"));
    },
  });
}
