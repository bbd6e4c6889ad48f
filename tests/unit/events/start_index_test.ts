// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Int } from "../../../src/proto/mod.ts";
import { StartIndex } from "../../../src/events/_start_index.ts";

const start = fc.oneof(
  { weight: 5, arbitrary: fc.nat(50) },
  { weight: 1, arbitrary: fc.bigInt(2n ** 64n - 5n, 2n ** 64n - 1n) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Int>(2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);

Deno.test("StartIndex finds what started before a moment, whatever is added and deleted", () => {
  const step = fc.record({
    slot: fc.nat(30),
    startMs: start,
    workspaceKey: fc.constantFrom(0, 0, 0, 1),
    limit: start,
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) => {
      const index = new StartIndex();
      const held = new Map<
        number,
        { startMs: Int | null; workspaceKey: number; heapIndex: number }
      >();
      for (const { slot, startMs, workspaceKey, limit } of steps) {
        const item = held.get(slot);
        if (item) {
          index.delete(item);
          index.delete(item); // once more does nothing
          held.delete(slot);
        } else {
          const fresh = { startMs, workspaceKey, heapIndex: -1 };
          index.add(fresh);
          held.set(slot, fresh);
        }
        if (limit === null) continue;
        for (const workspace of [0, 1, 2]) {
          const wanted = [...held.values()].filter((item) =>
            item.workspaceKey === workspace && item.startMs !== null &&
            BigInt(item.startMs) < BigInt(limit)
          );
          const found = index.before(workspace, limit);
          assertEquals(new Set(found), new Set(wanted));
          assertEquals(found.length, wanted.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("StartIndex looks at a few items per change and query", () => {
  let looks = 0;
  const items = Array.from({ length: 50_000 }, (_, i) => ({
    get startMs() {
      looks++;
      return (i * 7919) % 50_000;
    },
    workspaceKey: 1,
    heapIndex: -1,
  }));
  const index = new StartIndex<typeof items[number]>();
  for (const item of items) index.add(item);
  const cost = (work: () => void) => {
    looks = 0;
    work();
    return looks;
  };
  const item = items[77];
  const costs = [
    cost(() => item && index.delete(item)),
    cost(() => item && index.add(item)),
    cost(() => assertEquals(index.before(1, 0).length, 0)),
    cost(() => assertEquals(index.before(1, 3).length, 3)),
  ];
  assertEquals(costs.map((it) => it < 200), [true, true, true, true]);
});
