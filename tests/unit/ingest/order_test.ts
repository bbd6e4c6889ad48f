// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { deliverSpool, runHook } from "../../../src/ingest/mod.ts";
import { resolvePaths } from "../../../src/context/mod.ts";
import { Spool } from "../../../src/spool/mod.ts";
import { eventText, TestHome } from "./fixtures.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
/** A padding that makes an event too big for direct delivery. */
const BIG = "x".repeat(1024 * 1024);

/** One step; a hook ends before the next step begins. */
type Step =
  | "small hook"
  | "big hook"
  | "start"
  | "stop"
  | "up"
  | "silent"
  | "late"
  | "flush"
  | number; // the clock moves by N milliseconds

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.constant("small hook" as const) },
  { weight: 1, arbitrary: fc.constant("big hook" as const) },
  {
    weight: 8,
    arbitrary: fc.constantFrom("start" as const, "start", "stop", "up"),
  },
  { weight: 1, arbitrary: fc.constantFrom("late" as const, "silent", "flush") },
  { weight: 5, arbitrary: fc.integer({ min: -10_000, max: 10_000 }) },
);

async function take(step: Step, id: string, home: TestHome): Promise<void> {
  const { daemon } = home;
  if (typeof step === "number") home.clockSkewMs += step;
  else if (step === "start") daemon.start();
  else if (step === "stop") await daemon.stop();
  else if (step === "flush") await flush(home);
  else if (step === "small hook") {
    await runHook(home.context(HOOK, eventText(id)));
  } else if (step === "big hook") {
    await runHook(home.context(HOOK, eventText(id, { BIG })));
  } else daemon.mood = step;
}

async function flush(home: TestHome): Promise<void> {
  const context = home.context([]);
  const paths = resolvePaths(context);
  await deliverSpool({ paths, timeoutMs: 150 }, context);
}

Deno.test("events arrive once and in order through any mix of spooling, direct delivery and clock steps", async () => {
  let spooled = 0;
  let direct = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { minLength: 5, maxLength: 25 }),
      async (steps) => {
        await using home = new TestHome();
        const sent: string[] = [];
        for (const step of steps) {
          const id = `e${sent.length}`;
          const before = home.daemon.stored.length;
          const isHook = step === "small hook" || step === "big hook";
          if (isHook) sent.push(id);
          await take(step, id, home);
          if (isHook && home.daemon.stored.length > before) direct++;
        }
        const spool = new Spool({ folder: home.spool, env: () => undefined });
        const { pending, rejected, failures } = spool.status();
        spooled += pending;
        home.daemon.mood = "up";
        home.daemon.start();
        await flush(home);
        const ids = home.daemon.stored.map(({ payload }) => payload.kaizen_id);
        assertEquals([failures, rejected], [0, 0]);
        assertEquals(ids, sent);
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
  assert(spooled > 10, `${spooled} events were in the spool`);
  assert(direct > 10, `${direct} events reached the daemon at once`);
});
