// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Measures whole processes in turns.
 * @module
 */

/** One program that takes part. */
export interface Runner {
  name: string;
  /** Program and arguments. */
  line: readonly string[];
  env: Record<string, string>;
  cwd: string;
  /** The contents of its stdin; empty by default. */
  stdin?: Uint8Array;
  /** Exit codes that mean success; 0 by default. */
  codes?: readonly number[];
}

/** The number of rounds. */
export interface RaceOptions {
  rounds: number;
  warmUp: number;
}

/**
 * Runs all programs once a round, forwards in one round and backwards in the next.
 *
 * @returns Milliseconds from before a process is started to after it has ended, in the order of the
 * rounds, by name.
 * @throws {Error} If a program fails.
 */
export async function race(
  runners: readonly Runner[],
  { rounds, warmUp }: RaceOptions,
): Promise<Map<string, number[]>> {
  const times = new Map(runners.map(({ name }) => [name, emptyTimes()]));
  for (let round = -warmUp; round < rounds; round++) {
    const order = round % 2 === 0 ? runners : runners.toReversed();
    for (const runner of order) {
      const ms = await timeRun(runner);
      if (round >= 0) times.get(runner.name)?.push(ms);
    }
  }
  return times;
}

/**
 * Runs a process to its end, and measures the time.
 *
 * @throws {Error} If it fails.
 */
async function timeRun(runner: Runner): Promise<number> {
  const [program = "", ...args] = runner.line;
  const before = performance.now();
  const child = new Deno.Command(program, {
    args,
    env: runner.env,
    cwd: runner.cwd,
    clearEnv: true,
    stdin: runner.stdin === undefined ? "null" : "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  if (runner.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(runner.stdin);
    await writer.close();
  }
  const { code } = await child.status;
  const ms = performance.now() - before;
  if ((runner.codes ?? [0]).includes(code)) return ms;
  throw new Error(`Cannot measure ${runner.name}: it ended with ${code}`);
}

function emptyTimes(): number[] {
  return [];
}
