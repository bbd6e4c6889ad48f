// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Runs a soak, and prints a row of figures every few seconds.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Figures, printTenths } from "../../tests/soak/find_growth.ts";
import { runSoak } from "../../tests/soak/run_soak.ts";

const EXIT_USAGE = 64;
const { minutes } = parseArgs(Deno.args, { string: ["minutes"] });
const asked = Number(minutes ?? 3);
if (!(asked > 0) || Deno.args.includes("--help")) {
  console.error("kaizen: usage: scripts/soak [--minutes N]");
  Deno.exit(EXIT_USAGE);
}
console.log(
  "  time   events    rss    fds     wal   store  ack p99 hook p99 read p99 late p99",
);
const report = await runSoak({
  durationMs: asked * 60_000,
  onFigures: printRow,
});
const { faults, figures, events, sessions, restarts, prunes } = report;
for (
  const [name, of] of [
    ["ack", ({ ackMs }: Figures) => ackMs],
    ["hook", ({ hookMs }: Figures) => hookMs],
    ["read", ({ readMs }: Figures) => readMs],
    ["late", ({ lateMs }: Figures) => lateMs],
  ] as const
) {
  const name99 = `${name} p99`.padEnd(8);
  console.log(`${name99} of each tenth, in ms: ${printTenths(figures, of)}`);
}
console.log(
  `${events} events of ${sessions} sessions, ${restarts} restarts, ${prunes} prunes`,
);
for (const fault of faults) console.log(`FAULT: ${fault}`);
if (faults.length > 0) Deno.exitCode = 1;

function printRow(figures: Figures): void {
  const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)}M`;
  console.log([
    `${(figures.atMs / 1000).toFixed(0)}s`.padStart(6),
    `${figures.events}`.padStart(8),
    mib(figures.rssBytes).padStart(7),
    `${figures.descriptors}`.padStart(6),
    mib(figures.walBytes).padStart(7),
    mib(figures.storeBytes).padStart(7),
    ...[figures.ackMs, figures.hookMs, figures.readMs, figures.lateMs]
      .map((ms) => `${ms.toFixed(0)}ms`.padStart(8)),
  ].join(" "));
}
