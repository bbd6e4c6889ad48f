// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import { nextTurn, Pace } from "../../../src/daemon/pace.ts";
import { SocketTurn } from "../../../src/daemon/socket_turn.ts";
import { tempFolder } from "./_folder.ts";

/** A job of `steps` steps of about a millisecond; reports each step. */
function* work(steps: number, note: () => void) {
  for (let i = 0; i < steps; i++) {
    note();
    for (const end = performance.now() + 1; performance.now() < end;);
    yield;
  }
  return steps;
}

Deno.test("Pace.run() returns the result of the steps, and takes the first at once", async () => {
  let taken = 0;
  const running = new Pace().run(work(3, () => taken++));
  assert(taken > 0);
  assertEquals(await running, 3);
  assertEquals(taken, 3);
});

Deno.test("Pace.run() rejects with the error of a step, early or late", async () => {
  for (const at of [1, 20]) {
    let taken = 0;
    const steps = work(30, () => {
      if (++taken === at) throw new RangeError("no");
    });
    await assertRejects(() => new Pace().run(steps), RangeError, "no");
  }
});

Deno.test("Pace.run() lets others run after one slice, even if there are many jobs", async () => {
  const pace = new Pace();
  let steps = 0;
  const works = Array.from(
    { length: 20 },
    () => pace.run(work(40, () => steps++)),
  );
  const before = steps;
  let most = 0;
  for (let turn = 0; turn < 20; turn++) {
    const begin = steps;
    await nextTurn();
    most = Math.max(most, steps - begin);
  }
  // A slice is at most two steps of a millisecond; two turns may lie between our own.
  assert(most <= 4, `${most} steps in a turn`);
  assert(steps > before);
  assertEquals(await Promise.all(works), works.map(() => 40));
});

Deno.test("Pace.runAtLeisure() leaves most turns to events while they come in, for all jobs together", async () => {
  const pace = new Pace();
  const jobs = [0, 1, 2].map(() => {
    const job = { steps: 0, ended: Promise.resolve(0) };
    job.ended = pace.runAtLeisure(work(30, () => job.steps++));
    return job;
  });
  const steps = () => jobs.reduce((sum, job) => sum + job.steps, 0);
  let turns = 0;
  // Without rest each turn would take a step.
  for (const begin = steps(); steps() - begin < 6; turns++) {
    pace.rush();
    await nextTurn();
  }
  assert(turns > 60, `${turns} turns for 6 steps`);
  // When no event comes any more, the jobs go on.
  assertEquals(await Promise.all(jobs.map(({ ended }) => ended)), [30, 30, 30]);
});

Deno.test("Pace.runAtLeisure() rejects with the error of a step", async () => {
  const steps = work(3, () => {
    throw new RangeError("no");
  });
  await assertRejects(() => new Pace().runAtLeisure(steps), RangeError, "no");
});

Deno.test("Pace with a SocketTurn lets a client be served after few slices", async () => {
  using folder = tempFolder();
  using turn = await SocketTurn.open(`${folder.path}/turn`);
  const path = `${folder.path}/s`;
  using listener = Deno.listen({ transport: "unix", path });
  const pace = new Pace(() => turn.wait());
  let steps = 0;
  const ending = new AbortController();
  const busy = pace.run((function* () {
    for (const _ of work(Infinity, () => steps++)) {
      if (ending.signal.aborted) return;
      yield;
    }
  })());
  const buffer = new Uint8Array(1);
  let most = 0;
  for (let i = 0; i < 20; i++) {
    const begin = steps;
    const [client, server] = await Promise.all([
      Deno.connect({ transport: "unix", path }),
      listener.accept(),
    ]);
    const arrived = server.read(buffer);
    await client.write(buffer);
    await arrived;
    most = Math.max(most, steps - begin);
    client.close();
    server.close();
  }
  ending.abort();
  await busy;
  // With setImmediate between the slices it would be some sixty for each of the three.
  assert(most <= 12, `${most} steps while a client was served`);
});
