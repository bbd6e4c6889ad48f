// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A large answer through the program into a pipe, against `socat` with the same bytes from the same
 * server.
 * @module
 */
import { startFile } from "../../scripts/lib/launcher.ts";
import type { BlobOptions } from "../blob_server.ts";
import {
  type Bench,
  cleanEnv,
  findProgram,
  findPython,
  readLine,
  runtimeWords,
  startTool,
} from "../lib/bench.ts";
import { race, type Runner } from "../lib/race.ts";

const MIB = 1024 * 1024;
const BYTES = 100 * MIB;
const TARGET = 1.2;
const MEMORY_TARGET_MIB = 16;
/** Runs a command without its stdout and prints the most memory it has needed, in KiB. */
const PEAK = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`;

/** Measures time and memory of a detail of 100 MiB. */
export async function measurePipe(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  const home = `${bench.folder}/b`;
  const cwd = `${bench.folder}/workspace`;
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  await Deno.mkdir(cwd, { recursive: true });
  const socket = `${home}/daemon.sock`;
  const blob: BlobOptions = {
    socket,
    bytes: bench.isQuick ? 10 * MIB : BYTES,
  };
  await using _server = await startTool("blob_server.ts", blob);
  const env = cleanEnv(bench, { KAIZEN_HOME: home, KAIZEN_NO_START: "1" });
  const words = ["detail", "blob", "--workspace", cwd, "-o", "json"];
  const file = await startFile(bundle.folder, { isHook: false });
  const direct = [...await runtimeWords(), file];
  const common = {
    group: "pipe",
    packages: bundle.packages,
    better: "less",
  } as const;
  const piped = (name: string, line: readonly string[]): Runner => ({
    name,
    line: ["/bin/sh", "-c", '"$@" | cat >/dev/null', "sh", ...line],
    env,
    cwd,
  });
  const socat = await findProgram("socat");
  if (socat === null) {
    bench.board.skip({
      group: "pipe",
      work: "detail of 100 MiB",
      why: "socat is not installed",
    });
  } else {
    const ask = `printf '\\000\\000\\000\\021{"type":"status"}' | ` +
      `"$1" -t 60 -b 65536 - "UNIX-CONNECT:$2"`;
    const runners = [
      piped("kaizen detail -o json", [...direct, ...words]),
      piped("socat", ["/bin/sh", "-c", ask, "sh", socat, socket]),
    ];
    const times = await race(runners, {
      rounds: bench.isQuick ? 3 : 15,
      warmUp: 2,
    });
    bench.board.add({
      ...common,
      work: "detail of 100 MiB into a pipe",
      unit: "ms",
      ours: "kaizen detail -o json",
      values: times.get("kaizen detail -o json") ?? [],
      peer: "socat",
      peerValues: times.get("socat") ?? [],
      target: TARGET,
    });
  }
  const python = await findPython();
  if (python === null) {
    bench.board.skip({
      group: "pipe",
      work: "memory of a detail of 100 MiB",
      why: "Python, which can tell, is not installed",
    });
    return;
  }
  const peakMib = async (more: readonly string[]) => {
    const peaks: number[] = [];
    for (let i = 0; i < 5; i++) {
      const line = [python, "-c", PEAK, ...direct, ...more];
      const kib = await readLine(["/usr/bin/env", ...assign(env), ...line]);
      peaks.push(Number(kib) / 1024);
    }
    return peaks;
  };
  bench.board.add({
    ...common,
    work:
      `peak memory of a detail of 100 MiB (target: ${MEMORY_TARGET_MIB} MiB over --version)`,
    unit: "MiB",
    ours: "kaizen detail -o json",
    values: await peakMib(words),
    peer: "kaizen --version",
    peerValues: await peakMib(["--version"]),
  });
}

function assign(env: Record<string, string>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
