// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Measures, and writes the results to a folder. `scripts/bench` describes the arguments.
 * @module
 */
import { findReference } from "../scripts/lib/reference.ts";
import { packageSet, readCommit, ROOT } from "../scripts/lib/project.ts";
import type { Bench, Bundle } from "./lib/bench.ts";
import { Board } from "./lib/board.ts";
import { collectFacts } from "./lib/facts.ts";
import { printSummary, writeRun } from "./lib/run_folder.ts";
import { measureDelays } from "./groups/delays.ts";
import { measureGrowth } from "./groups/growth.ts";
import { measureHookTimes } from "./groups/hooktimes.ts";
import { measureIngest } from "./groups/ingest.ts";
import { measurePeers } from "./groups/peers.ts";
import { measurePipe } from "./groups/pipe.ts";
import { measureMemory, measureReads } from "./groups/reads.ts";
import { measureStart } from "./groups/start.ts";
import { measureSwitches } from "./groups/switches.ts";

const EXIT_USAGE = 64;
const GROUPS: Record<string, (bench: Bench) => Promise<void>> = {
  start: measureStart,
  peers: measurePeers,
  pipe: measurePipe,
  memory: measureMemory,
  reads: measureReads,
  delays: measureDelays,
  growth: measureGrowth,
  ingest: measureIngest,
  switches: measureSwitches,
  hooktimes: measureHookTimes,
};

const isQuick = Deno.args.includes("--quick");
const names = Deno.args.filter((word) => word !== "--quick");
const unknown = names.find((name) => GROUPS[name] === undefined);
if (unknown !== undefined) {
  const known = Object.keys(GROUPS).join(", ");
  console.error(`kaizen: no such benchmark: ${unknown} (there are ${known})`);
  Deno.exit(EXIT_USAGE);
}

const date = new Date();
const folder = await Deno.makeTempDir({ prefix: "kzb" });
const board = new Board((line) => console.error(line));
try {
  await Deno.mkdir(`${folder}/user`);
  const reference = await findReference((name) => Deno.env.get(name));
  const facts = await collectFacts(reference);
  const bundles = await buildBundles();
  for (const name of names.length > 0 ? names : Object.keys(GROUPS)) {
    board.note(`== ${name}`);
    await GROUPS[name]?.({ board, folder, bundles, reference, isQuick });
  }
  const command = ["scripts/bench", ...names].join(" ");
  const packages = bundles.map((it) => it.packages).join(", ");
  const about = [
    ...facts,
    ["Packages", packages],
    ["Commit", await readCommit() ?? "unknown"],
  ] as const;
  if (isQuick) console.log(printSummary(board));
  else console.log(await writeRun(board, { command, date, facts: about }));
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Builds one bundle with the packages in use and, if those are others, one with the stand-ins. */
async function buildBundles(): Promise<Bundle[]> {
  const sets = [...new Set([packageSet(), "offline"])];
  const bundles: Bundle[] = [];
  for (const packages of sets) {
    const to = `${folder}/${packages}`;
    const { code, stderr } = await new Deno.Command(`${ROOT}/scripts/build`, {
      args: [`--to=${to}`],
      env: packages === packageSet() ? {} : { KAIZEN_DEPS: packages },
      stdin: "null",
      stdout: "null",
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    bundles.push({ packages, folder: to });
  }
  return bundles;
}
