// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long an event may have to wait for other work of the daemon.
 * @module
 */
import { type Bench, runTool } from "../lib/bench.ts";
import type { TurnOptions, TurnReport } from "../turns.ts";

const TARGET_MS = 10;

/** Measures the longest turns. */
export async function measureDelays(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  const folder = `${bench.folder}/turns`;
  await Deno.mkdir(folder);
  const options: TurnOptions = {
    folder,
    events: bench.isQuick ? 5000 : 100_000,
    sessions: bench.isQuick ? 5000 : 50_000,
    rounds: bench.isQuick ? 1 : 5,
  };
  const report = await runTool<TurnReport>("turns.ts", options);
  for (const [work, values] of Object.entries(report)) {
    bench.board.add({
      group: "delays",
      work: `longest turn, ${work} (target: ${TARGET_MS} ms)`,
      packages: bundle.packages,
      unit: "ms",
      better: "less",
      ours: "our daemon",
      values,
    });
  }
}
