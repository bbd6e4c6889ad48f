// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  type Figures,
  findGrowth,
  printTenths,
} from "../../soak/find_growth.ts";

const MIB = 1024 ** 2;
const EVEN: Figures = {
  atMs: 0,
  events: 0,
  rssBytes: 120 * MIB,
  descriptors: 45,
  walBytes: MIB,
  storeBytes: MIB,
  ackMs: 20,
  hookMs: 150,
  readMs: 60,
  lateMs: 4,
};

/** Figures of a run whose last quarter is another. */
function lastQuarter(other: Partial<Figures>): Figures[] {
  return Array.from(
    { length: 40 },
    (_, n) => n < 30 ? EVEN : { ...EVEN, ...other },
  );
}

const runs: [last: Partial<Figures>, faults: string[]][] = [
  [{}, []],
  [{ rssBytes: 170 * MIB, descriptors: 60, walBytes: 24 * MIB }, []],
  [{ rssBytes: 180 * MIB }, ["memory grows: from 125829120 to 188743680"]],
  [{ descriptors: 70 }, ["the number of descriptors grows: from 45 to 70"]],
  [{ walBytes: 26 * MIB }, [
    "the log of the store grows: from 1048576 to 27262976",
  ]],
  [{ ackMs: 140, hookMs: 400, readMs: 220 }, []],
  [{ ackMs: 141 }, ["events grow slower: p99 from 20 to 141 ms"]],
  [{ hookMs: 401 }, ["hooks grow slower: p99 from 150 to 401 ms"]],
  [{ readMs: 221 }, ["answers grow slower: p99 from 60 to 221 ms"]],
  // The machine has become five times slower.
  [{ ackMs: 299, lateMs: 24 }, []],
];
for (const [last, faults] of runs) {
  Deno.test(`findGrowth() of a last quarter with ${JSON.stringify(last)}`, () => {
    assertEquals(findGrowth(lastQuarter(last)), faults);
  });
}

Deno.test("printTenths() prints the median of each tenth", () => {
  assertEquals(
    printTenths(lastQuarter({ ackMs: 30 }), ({ ackMs }) => ackMs),
    "20 20 20 20 20 20 20 30 30 30",
  );
});
