// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Whole processes against each other, in turns.
 * @module
 */

/** One who takes part. */
export interface Runner {
  name: string;
  /** Program and arguments. */
  line: readonly string[];
  env: Record<string, string>;
  cwd: string;
  /** What it reads; nothing if left out. */
  stdin?: Uint8Array;
  /** Exit codes that are right; 0 if left out. */
  codes?: readonly number[];
}

/** How often. */
export interface RaceOptions {
  rounds: number;
  warmUp: number;
}

/**
 * Lets all run once a round, forwards in one and backwards in the next.
 *
 * @returns Milliseconds from before a process is started to after it has ended, in the order of the rounds, by name.
 * @throws {Error} If one fails.
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

/** Runs a process to its end, and times it. @throws {Error} If it fails. */
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
