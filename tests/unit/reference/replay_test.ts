// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { placeFolder, type Step } from "../../interop/_case.ts";
import { readCases } from "../../interop/_cases.ts";
import { Judge } from "../../interop/_judge.ts";
import {
  printRecording,
  readRecording,
  type Recorded,
  RECORDINGS,
} from "../../interop/_recording.ts";
import {
  makeFolders,
  runCase,
  sendStep,
  writeStep,
} from "../../interop/_run_case.ts";
import { OLD_VERSION } from "../../interop/_old_version_cases.ts";
import { LocalDaemon } from "./_local_daemon.ts";

const GROUPS = [
  "agent_hooks",
  "divergences",
  "edges",
  "frames",
  "refusals",
  "regressions",
  "worked_examples",
];

for (const group of GROUPS) {
  const text = Deno.readTextFileSync(new URL(`${group}.jsonl`, RECORDINGS));
  const { origin, all } = readRecording(text);
  Deno.test(`our daemon answers as ${origin.version} did: ${group}`, async () => {
    assert(all.length > 0);
    assertEquals(await replay(all), []);
  });
}

Deno.test("all recordings are replayed", () => {
  const files = [...Deno.readDirSync(RECORDINGS)].map(({ name }) => name);
  assertEquals(
    files.filter((name) =>
      name.endsWith(".jsonl") && name !== `${OLD_VERSION}.jsonl`
    ).sort(),
    GROUPS.map((group) => `${group}.jsonl`),
  );
});

Deno.test("recordings match the cases in the source", () => {
  const cases = readCases({ everyStep: false });
  for (const group of GROUPS) {
    const text = Deno.readTextFileSync(new URL(`${group}.jsonl`, RECORDINGS));
    const { origin, all } = readRecording(text);
    const now = (cases[group] ?? []).filter(({ live }) => !live);
    const printed = printRecording(
      origin,
      now.map((one) => ({ case: one, outcomes: [] })),
    );
    assertEquals(
      all.map((recorded) => recorded.case),
      readRecording(printed).all.map((recorded) => recorded.case),
      `${group}: scripts/interop --record has to be run again`,
    );
  }
});

/** Replays cases in order. A case has a daemon of its own unless it continues the one before. */
async function replay(all: readonly Recorded[]): Promise<string[]> {
  const wrong: string[] = [];
  let daemon: LocalDaemon | null = null;
  for (const recorded of all) {
    if (daemon === null || !recorded.case.together) {
      await daemon?.[Symbol.asyncDispose]();
      daemon = await LocalDaemon.start();
      await makeFolders(daemon.folder);
    }
    const lines = await replayCase(recorded, daemon);
    wrong.push(...lines.map((line) => `${recorded.case.name}: ${line}`));
  }
  await daemon?.[Symbol.asyncDispose]();
  return wrong;
}

async function replayCase(
  { case: one, outcomes }: Recorded,
  daemon: LocalDaemon,
): Promise<string[]> {
  const { folder } = daemon;
  const play = async (step: Step, index: number) => {
    if (step.do === "restart") await daemon.restart();
    await writeStep(step, folder);
    const ours = await sendStep(step, daemon.socket, folder);
    const theirs = outcomes[index];
    if (ours === null || !theirs) return null;
    const answer = placeFolder(theirs.answer, folder);
    return { ours, theirs: { ...theirs, answer } };
  };
  return await runCase(one, play, new Judge(one), folder);
}
