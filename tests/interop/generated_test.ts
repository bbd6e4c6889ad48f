// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
import fc from "fast-check";
import { ingest } from "./_case.ts";
import { Judge } from "./_judge.ts";
import { Pair } from "./_pair.ts";
import { SEED, STEPS } from "./_plan.ts";
import { interopTest } from "./_reference.ts";
import { anyCase, type Drawn } from "./_session_steps.ts";

/** Conversations of one seed; after them comes the next one. */
const CONVERSATIONS_A_SEED = 5;
/**
 * The reference holds eight databases open and forgets the spans of a ninth; a conversation uses up
 * to three.
 */
const CONVERSATIONS_A_START = 2;

/** Smaller examples that are tried once there is one; after these the smallest so far has to do. */
const MAX_SHRINKS = 250;

const REFUSED = ingest("cursor", "[]");

interopTest(`both daemons answer ${STEPS} generated steps alike`, async () => {
  await using pair = await Pair.start();
  const met = new Map<number, number>();
  let steps = 0;
  let requests = 0;
  let conversations = 0;
  let broken: unknown;
  let shrinks = 0;
  const play = async (one: Drawn) => {
    // A daemon that is gone is no difference to be made smaller.
    if (broken !== undefined) throw broken;
    if (shrinks > MAX_SHRINKS) return;
    let wrong: string[];
    try {
      wrong = await compare(one);
    } catch (error) {
      broken = error;
      throw error;
    }
    if (shrinks > 0 || wrong.length > 0) shrinks++;
    if (wrong.length === 0) return;
    if (shrinks === 1) console.error(`${wrong[0]}\nlooking for less`);
    throw new Error(wrong.join("\n"));
  };
  const compare = async ({ case: one, drawn }: Drawn): Promise<string[]> => {
    if (conversations % CONVERSATIONS_A_START === CONVERSATIONS_A_START - 1) {
      await pair.restartTheirs({ clean: true });
    }
    const folder = await pair.folder(`g${conversations++}`);
    // A last error is for good: after this both have the same one.
    await pair.run({ name: "refusal", steps: [REFUSED] }, new Judge(), folder);
    const judge = new Judge(one);
    const wrong = await pair.run(one, judge, folder);
    steps += drawn;
    requests += one.steps.length;
    for (const [number, count] of judge.met) {
      met.set(number, (met.get(number) ?? 0) + count);
    }
    return wrong;
  };
  for (let seed = SEED; steps < STEPS; seed++) {
    await fc.assert(fc.asyncProperty(anyCase(), play), {
      numRuns: CONVERSATIONS_A_SEED,
      seed,
      endOnFailure: false,
    });
  }
  console.log(
    `seed ${SEED}: ${steps} steps (${requests} requests) of ${conversations} conversations compared; divergences met: ${
      [...met].sort(([a], [b]) => a - b).filter(([number]) => number > 0)
        .map(([number, count]) => `${number} (${count})`).join(", ")
    }`,
  );
});
