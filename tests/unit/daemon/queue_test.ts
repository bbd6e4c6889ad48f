// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { JobQueue, MAX_BATCH_EVENTS } from "../../../src/daemon/queue.ts";
import { type Reply, replyWith } from "../../../src/daemon/reply.ts";
import type { Arrival } from "../../../src/daemon/intake.ts";
import { readReply } from "./_service.ts";

/** An event that names itself in the reason why it is none. */
function makeEvent(name: string | number): { ingest: Arrival } {
  const failure = String(name);
  return {
    ingest: {
      source: "cursor",
      workspace: null,
      chars: failure.length,
      read: { failure },
    },
  };
}

/** A queue that notes the jobs that it handles, in order. */
function setUp(maxJobs = 1000) {
  const served: string[] = [];
  const queue = new JobQueue({
    maxJobs,
    ingest: (batch) => {
      const names = batch.map(({ read }) =>
        "failure" in read ? String(read.failure) : ""
      );
      served.push(names.join("+"));
      return names.map((name) => replyWith({ type: "ack", message: name }));
    },
  });
  /** Adds a job that is answered when `until` is. */
  const run = (name: string, until: Promise<void> = Promise.resolve()) =>
    queue.add({
      run: async (): Promise<Reply> => {
        served.push(name);
        await until;
        return replyWith({ type: "ack", message: name });
      },
    });
  const ingest = (payload: string | number) => queue.add(makeEvent(payload));
  return { queue, served, run, ingest };
}

Deno.test("JobQueue handles jobs in order, and adjacent events at once", async () => {
  const { queue, served, run, ingest } = setUp();
  const replies = [
    ingest(1),
    ingest(2),
    run("read"),
    ingest(3),
    run("list"),
    run("stop"),
    ingest(4),
    ingest(5),
  ];
  const names = (await Promise.all(replies)).map((reply) =>
    readReply(reply).message
  );
  assertEquals(names, ["1", "2", "read", "3", "list", "stop", "4", "5"]);
  assertEquals(served, ["1+2", "read", "3", "list", "stop", "4+5"]);
  await queue.idle();
});

Deno.test("JobQueue puts events of the same turn of the event loop into one batch", async () => {
  const { served, ingest } = setUp();
  const late = new Promise<Reply>((resolve) => {
    setImmediate(() => resolve(ingest("late")));
  });
  await Promise.all([ingest("early"), late]);
  assertEquals(served.length, 1);
});

Deno.test("JobQueue does not wait for a read before it handles the next job", async () => {
  const { queue, served, run, ingest } = setUp();
  const gate = Promise.withResolvers<void>();
  const read = run("read", gate.promise);
  await ingest(1);
  assertEquals(served, ["read", "1"]);
  assertEquals(queue.depth, 1);
  let begun = false;
  const waits = queue.begun().then(() => begun = true);
  await ingest(2);
  assertEquals(begun, false);
  gate.resolve();
  await read;
  await waits;
  assertEquals(queue.depth, 0);
});

Deno.test("JobQueue bounds a batch by the number of events", async () => {
  const { served, ingest } = setUp();
  const count = 2 * MAX_BATCH_EVENTS + 5;
  await Promise.all(Array.from({ length: count }, (_, i) => ingest(i)));
  assertEquals(served.map((names) => names.split("+").length), [
    MAX_BATCH_EVENTS,
    MAX_BATCH_EVENTS,
    5,
  ]);
});

Deno.test("JobQueue bounds a batch by its length, except for a single event", async () => {
  const { served, ingest } = setUp();
  const mib = 1024 * 1024;
  const sizes = [mib, mib - 1, 2, 5 * mib, 1, mib, mib];
  await Promise.all(sizes.map((size) => ingest("x".repeat(size))));
  assertEquals(
    served.map((names) => names.split("+").map(({ length }) => length)),
    [[mib, mib - 1], [2], [5 * mib], [1, mib], [mib]],
  );
});

Deno.test("JobQueue counts waiting and running jobs, and reports when there is room", async () => {
  const { queue, run, ingest } = setUp(3);
  const gate = Promise.withResolvers<void>();
  const jobs = [ingest(1), run("read", gate.promise), ingest(2)];
  assertEquals([queue.depth, queue.hasRoom], [3, false]);
  await queue.room();
  assertEquals([queue.depth, queue.hasRoom], [2, true]);
  await jobs[2];
  assertEquals([queue.depth, queue.hasRoom], [1, true]);
  gate.resolve();
  await queue.idle();
  assertEquals(queue.depth, 0);
});

Deno.test("JobQueue is idle when no job is left, including those added meanwhile", async () => {
  const { queue, served, run, ingest } = setUp();
  await queue.idle();
  const first = run("first").then(() => ingest("second"));
  await queue.idle();
  await first;
  await queue.idle();
  assertEquals(served, ["first", "second"]);
});
