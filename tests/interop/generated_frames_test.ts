// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
import fc from "fast-check";
import { body, type Case } from "./_case.ts";
import { anyFrames } from "./_frame_steps.ts";
import { Judge } from "./_judge.ts";
import { Pair } from "./_pair.ts";
import { SEED, STEPS } from "./_plan.ts";
import { interopTest } from "./_reference.ts";

/** Runs of one seed; after them comes the next one, with daemons that have stored nothing yet. */
const RUNS_A_SEED = 60;
const STATUS = body('{"type":"status"}');

interopTest(
  `both daemons do the same with ${STEPS} generated frames`,
  async () => {
    // A changed byte may belong to a time.
    const judge = new Judge({ clock: true });
    let frames = 0;
    for (let seed = SEED; frames < STEPS; seed++) {
      await using pair = await Pair.start();
      const folder = await pair.folder("f");
      const play = async (one: Case) => {
        // After any request both daemons go on, with the same last error.
        const steps = [...one.steps, STATUS];
        const wrong = await pair.run({ ...one, steps }, judge, folder);
        if (wrong.length > 0) throw new Error(wrong.join("\n"));
        frames += one.steps.length;
      };
      await fc.assert(fc.asyncProperty(anyFrames(), play), {
        numRuns: RUNS_A_SEED,
        seed,
        endOnFailure: false,
      });
    }
    const told = [...judge.ends].map(([end, count]) => `${count} ${end}`);
    console.log(`seed ${SEED}: ${frames} frames compared: ${told.join("; ")}`);
  },
);
