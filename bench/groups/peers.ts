// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The same request from our program, from the reference's, and from a dozen lines in other
 * languages; all to our daemon.
 * @module
 */
import { startFile } from "../../scripts/lib/launcher.ts";
import {
  type Bench,
  cleanEnv,
  findBun,
  findProgram,
  findPython,
  runtimeWords,
} from "../lib/bench.ts";
import { type Daemon, startOurs } from "../lib/daemons.ts";
import { race, type Runner } from "../lib/race.ts";
import { HOOK_WORDS, hookText } from "./fixtures.ts";

const PEERS = new URL("../peers/", import.meta.url).pathname;
const WORK = [
  {
    what: "hook",
    work: "hand over one event",
    words: HOOK_WORDS,
    theirs: HOOK_WORDS,
  },
  {
    what: "status",
    work: "ask for the status",
    words: ["status", "-o", "json"],
    theirs: ["daemon", "status"],
  },
] as const;

/** Measures all programs that are installed. */
export async function measurePeers(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  await using daemon = await startOurs(bench, bundle, { name: "p" });
  const env = cleanEnv(bench, { KAIZEN_HOME: daemon.home });
  const cwd = daemon.workspace;
  const runtime = await runtimeWords();
  const others = await findOthers(bench, daemon);
  for (const { what, work, words, theirs } of WORK) {
    const stdin = hookText(cwd);
    const input = what === "hook" ? { stdin } : {};
    const ours: Runner = {
      name: "kaizen.js",
      line: [
        ...runtime,
        await startFile(bundle.folder, { isHook: what === "hook" }),
        ...words,
      ],
      env,
      cwd,
      ...input,
    };
    const launched = [`${bundle.folder}/kaizen.sh`, ...words];
    const runners: Runner[] = [
      ours,
      { name: "kaizen.sh", line: launched, env, cwd, ...input },
    ];
    if (bench.reference !== null) {
      const line = [bench.reference, ...theirs];
      runners.push({ name: "the reference", line, env, cwd, ...input });
    }
    for (const { name, line } of others) {
      runners.push({ name, line: [...line, what], env, cwd, ...input });
    }
    const times = await race(runners, {
      rounds: bench.isQuick ? 5 : 31,
      warmUp: 3,
    });
    for (const { name } of runners.slice(1)) {
      bench.board.add({
        group: "peers",
        work,
        packages: bundle.packages,
        unit: "ms",
        ours: ours.name,
        values: times.get(ours.name) ?? [],
        peer: name,
        peerValues: times.get(name) ?? [],
        better: "less",
        ...name === "the reference" ? { target: 1 } : {},
      });
    }
  }
}

/** Returns the other programs that are installed, with all words but the last. */
async function findOthers(
  bench: Bench,
  { socket }: Daemon,
): Promise<{ name: string; line: string[] }[]> {
  const missing = (name: string) => {
    bench.board.skip({ group: "peers", work: name, why: "is not installed" });
    return [];
  };
  if (bench.reference === null) missing("the reference");
  const deno = [
    Deno.execPath(),
    "run",
    "-q",
    "-A",
    "--no-config",
    "--no-lock",
    `${PEERS}send_deno.js`,
    socket,
  ];
  const node = await findProgram("node");
  const bun = await findBun();
  const python = await findPython();
  const hasShell = await findProgram("socat") !== null &&
    await findProgram("jq") !== null;
  return [
    { name: "Deno alone", line: deno },
    ...node === null
      ? missing("Node")
      : [{ name: "Node", line: [node, `${PEERS}send.mjs`, socket] }],
    ...bun === null
      ? missing("Bun")
      : [{ name: "Bun", line: [bun, `${PEERS}send.mjs`, socket] }],
    ...python === null
      ? missing("Python")
      : [{ name: "Python", line: [python, `${PEERS}send.py`, socket] }],
    ...hasShell
      ? [{ name: "socat and jq", line: [`${PEERS}send.sh`, socket] }]
      : missing("socat and jq"),
  ];
}
