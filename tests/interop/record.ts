// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Plays all cases to the reference alone and writes down what it does: `scripts/interop --record`.
 * @module
 */
import type { Case } from "./_case.ts";
import { readCases } from "./_cases.ts";
import { OLD_VERSION, oldVersionCases } from "./_old_version_cases.ts";
import {
  type Origin,
  printRecording,
  type Recorded,
  RECORDINGS,
} from "./_recording.ts";
import { oldReference, reference, runReference } from "./_reference.ts";
import { Scene } from "./_scene.ts";

/** Cases of one file, and who is asked. */
interface Group {
  group: string;
  cases: readonly Case[];
  program: string | null;
  cwd: string;
}

const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "kz" }));
try {
  await main();
} finally {
  await Deno.remove(root, { recursive: true });
}

async function main(): Promise<void> {
  await Deno.mkdir(RECORDINGS, { recursive: true });
  const cwd = `${root}/cwd`;
  await Deno.mkdir(cwd);
  const groups = Object.entries(readCases({ everyStep: false }));
  for (const [group, all] of groups) {
    const cases = all.filter(({ live }) => !live);
    await recordGroup({ group, cases, program: reference, cwd });
  }
  if (oldReference === null) return;
  await recordGroup({
    group: OLD_VERSION,
    cases: oldVersionCases(),
    program: oldReference,
    cwd,
  });
}

async function recordGroup(from: Group): Promise<void> {
  const { group, cases } = from;
  const all: Recorded[] = [];
  let scene: Scene | null = null;
  for (const [index, one] of cases.entries()) {
    if (scene === null || !one.together) {
      await scene?.[Symbol.asyncDispose]();
      scene = await Scene.start(`${root}/${group}${index}`, from);
    }
    all.push({ case: one, outcomes: await scene.play(one) });
  }
  await scene?.[Symbol.asyncDispose]();
  const file = new URL(`${group}.jsonl`, RECORDINGS);
  await Deno.writeTextFile(file, printRecording(await readOrigin(from), all));
  console.log(`${group}: ${all.length} cases`);
}

async function readOrigin({ program, cwd }: Group): Promise<Origin> {
  const options = { home: root, cwd, program };
  const { stdout } = await runReference(["--version"], options);
  return {
    version: stdout.trim(),
    recorded: new Date().toISOString().slice(0, 10),
    how:
      "scripts/interop --record: requests over the socket of its daemon, a new one and an empty KAIZEN_HOME for each case that does not say together; $W is a folder of the case's own; pid, uptime_ms and web of status answers replaced",
  };
}
