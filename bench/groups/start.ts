// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long a run of the program takes, against an empty script.
 * @module
 */
import { startFile } from "../../scripts/lib/launcher.ts";
import { type Bench, cleanEnv, runtimeWords } from "../lib/bench.ts";
import { startOurs } from "../lib/daemons.ts";
import { race, type Runner } from "../lib/race.ts";
import { HOOK_WORDS, hookText } from "./fixtures.ts";

const WORK = [
  { work: "ingest hook", words: HOOK_WORDS, target: 1.2 },
  { work: "status -o json", words: ["status", "-o", "json"], target: 1.45 },
  { work: "--help", words: ["--help"], target: 1.5 },
  { work: "--version", words: ["--version"], target: undefined },
] as const;
const EMPTY = "empty script";

/** Measures each bundle by itself, with its own daemon. */
export async function measureStart(bench: Bench): Promise<void> {
  const empty = `${bench.folder}/empty.js`;
  await Deno.writeTextFile(empty, "");
  const runtime = await runtimeWords();
  for (const [i, bundle] of bench.bundles.entries()) {
    await using daemon = await startOurs(bench, bundle, { name: `s${i}` });
    const env = cleanEnv(bench, { KAIZEN_HOME: daemon.home });
    const cwd = daemon.workspace;
    const stdin = hookText(cwd);
    const runners: Runner[] = [
      { name: EMPTY, line: [...runtime, empty], env, cwd },
    ];
    for (const { work, words } of WORK) {
      const isHook = words === HOOK_WORDS;
      const file = await startFile(bundle.folder, { isHook });
      const input = isHook ? { stdin } : {};
      const direct = [...runtime, file, ...words];
      const launched = [`${bundle.folder}/kaizen.sh`, ...words];
      runners.push({ name: work, line: direct, env, cwd, ...input });
      runners.push({ name: `${work} sh`, line: launched, env, cwd, ...input });
    }
    const times = await race(runners, {
      rounds: bench.isQuick ? 5 : 31,
      warmUp: 3,
    });
    const of = (name: string) => times.get(name) ?? [];
    const common = {
      group: "start",
      packages: bundle.packages,
      unit: "ms",
      better: "less",
    } as const;
    bench.board.add({
      ...common,
      work: "nothing: the floor of the runtime",
      ours: EMPTY,
      values: of(EMPTY),
    });
    for (const { work, target } of WORK) {
      const peer = { peer: EMPTY, peerValues: of(EMPTY) };
      bench.board.add({
        ...common,
        work,
        ours: "kaizen.js",
        values: of(work),
        ...peer,
        ...i === 0 && target !== undefined ? { target } : {},
      });
      bench.board.add({
        ...common,
        work: `${work}, through the launcher`,
        ours: "kaizen.sh",
        values: of(`${work} sh`),
        ...peer,
      });
    }
  }
}
