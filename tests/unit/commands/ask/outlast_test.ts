// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import {
  NotRunningError,
  ProtocolError,
  TimedOutError,
} from "../../../../src/client/mod.ts";
import { Outlast } from "../../../../src/commands/ask/outlast.ts";
import { testContext, testRun } from "../_context.ts";

/** Runs one try for each error, in order; null is an answer. */
async function tryAll(
  ...outcomes: (Error | null)[]
): Promise<{ err: string; starts: boolean[] }> {
  const context = testContext();
  const run = testRun(context);
  const outlast = new Outlast(run);
  const starts: boolean[] = [];
  for (const outcome of outcomes) {
    await outlast.try(({ settings }) => {
      starts.push(settings.mayStart);
      return outcome === null ? Promise.resolve() : Promise.reject(outcome);
    });
  }
  assertEquals(run.settings.mayStart, true);
  return { err: context.err(), starts };
}

const gone = new NotRunningError("x");
const broken = new ProtocolError("x");
const NOTE = "kaizen: the daemon has stopped: waiting for another one\n";

Deno.test("Outlast waits for another daemon, prints a note each time one stops, and starts none", async () => {
  assertEquals(await tryAll(null, gone, gone, gone, null), {
    err: NOTE,
    starts: [false, false, false, false, false],
  });
  assertEquals((await tryAll(gone, null, gone)).err, NOTE + NOTE);
});

Deno.test("Outlast ignores one protocol error of a daemon that is stopping, but not two in a row", async () => {
  assertEquals((await tryAll(broken, gone, null, broken, null)).err, NOTE);
  await assertRejects(() => tryAll(null, broken, broken), ProtocolError);
});

Deno.test("Outlast throws other errors", async () => {
  await assertRejects(() => tryAll(new TimedOutError("x")), TimedOutError);
});
