// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { Pace } from "../../../src/daemon/pace.ts";
import { StoreJobs } from "../../../src/daemon/store_jobs.ts";
import type { RequestOf } from "../../../src/proto/mod.ts";
import type { PruneResult, Steps } from "../../../src/store/mod.ts";
import { readReply } from "./_service.ts";

const STEPS = 5;

/** Jobs that are cut short after each step, on a store that counts how often a prune began. */
function cutShort() {
  let begun = 0;
  const size = () => ({ bytes: 0, sessions: 0, events: 0 });
  const steps = function* (): Steps<void> {};
  const jobs = new StoreJobs({
    store: {
      *prune(_query, result = { sessions: 0, events: 0 }): Steps<PruneResult> {
        begun++;
        for (let i = 0; i < STEPS; i++) {
          result.events++;
          yield;
        }
        return result;
      },
      size,
      stats: () => {
        throw new Error("not asked for");
      },
      isSweepNeeded: false,
      release: steps,
      sweep: steps,
      sweepSpans: steps,
    },
    pace: new Pace(),
    rebuilds: {
      all: () => Promise.resolve(),
      isNeeded: false,
      settled: () => Promise.resolve(),
      start: () => {},
    },
    onFault: (error) => {
      throw error;
    },
    canonical: (path) => path,
    signal: new AbortController().signal,
    pruneMs: -1,
  });
  return { jobs, begun: () => begun };
}

/** Asks until all is done; returns the number of deleted events of each answer. */
async function askAll(
  jobs: StoreJobs,
  request: RequestOf<"store_prune">,
): Promise<unknown[]> {
  const counts: unknown[] = [];
  for (let isDone = false; !isDone;) {
    const answer = readReply(await jobs.prune(request));
    counts.push(answer.removed_events);
    isDone = answer.done === true;
  }
  return counts;
}

Deno.test("a prune that is cut short goes on where it stopped, and counts each event once", async () => {
  const { jobs, begun } = cutShort();
  const counts = await askAll(jobs, { type: "store_prune", before_ms: 1 });
  assertEquals(counts, [1, 1, 1, 1, 1, 0]);
  assertEquals(begun(), 1);
});

Deno.test("the prunes of two clients do not begin anew because of one another", async () => {
  const { jobs, begun } = cutShort();
  await Promise.all([
    askAll(jobs, { type: "store_prune", before_ms: 1 }),
    askAll(jobs, { type: "store_prune", before_ms: 2 }),
  ]);
  assertEquals(begun(), 2);
});

Deno.test("of prunes that are never asked for again, only a few are kept", async () => {
  const { jobs, begun } = cutShort();
  for (let ms = 1; ms <= 5; ms++) {
    await jobs.prune({ type: "store_prune", before_ms: ms });
  }
  await jobs.prune({ type: "store_prune", before_ms: 5 });
  assertEquals(begun(), 5);
  await jobs.prune({ type: "store_prune", before_ms: 1 });
  assertEquals(begun(), 6);
});
