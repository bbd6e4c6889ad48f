// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Int } from "../../../src/proto/mod.ts";
import {
  buildSpanTree,
  growSpanTree,
  type SpanBranch,
  type SpanPlace,
} from "../../../src/events/mod.ts";
import { naiveByteOrder } from "./_naive_spans.ts";

/** A row written as `id<parent depth start`. */
function row(text: string): SpanPlace {
  const [names = "", depth = "0", start] = text.split(" ");
  const [spanId = "", parent] = names.split("<");
  return {
    spanId,
    parentSpanId: parent ?? null,
    depth: Number(depth),
    startMs: start === undefined ? null : asInt(BigInt(start)),
  };
}

function asInt(value: bigint): Int {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The tree written as `a(b c(d))`. */
function show(branches: readonly SpanBranch<SpanPlace>[]): string {
  return branches.map(({ row, children }) =>
    children.length ? `${row.spanId}(${show(children)})` : row.spanId
  ).join(" ");
}

const table: [rows: string[], tree: string][] = [
  [[], ""],
  [["a 0 5"], "a"],
  [["b 0 5", "a 0 5"], "a b"],
  [["a 0 5", "b 0 4"], "b a"],
  [["a 0 5", "b 0"], "b a"],
  [["a 1 1", "b 0 5"], "b a"],
  [["b<a 1 5", "a 0 9"], "a(b)"],
  [["c<a 1 5", "b<a 1 6", "d<a 2 1", "a 0 9"], "a(c b d)"],
  [["b<x 1 5", "a 0 9"], "a b"],
  [["b<x 1 5", "c<b 2 6"], "b(c)"],
  [["b<x 0 5", "a 0 9"], "b a"],
  [["a 0 18446744073709551615", "b 0 0"], "a b"],
  [["a 0 9223372036854775807", "b 0 9223372036854775808"], "b a"],
  [["a 0 9007199254740993", "b 0 9007199254740992"], "b a"],
  [["\uFFFD 0 5", "\u{1F600} 0 5"], "\uFFFD \u{1F600}"],
  [["a< 0 5"], "a"],
  [["a<a 0 5"], "a"],
  [["a<b 0 5", "b<a 0 6"], "a(b)"],
  [["a<b 1 5", "b<a 0 6", "c 0 9"], "c b(a)"],
  [["a<b 1 5", "b<a 1 6", "t<a 0 1", "u<t 5 1"], "t(u) a(b)"],
  [["a<b 1 5", "b<c 1 6", "c<a 1 7", "d<a 0 1"], "d a(c(b))"],
];

for (const [rows, tree] of table) {
  Deno.test(`buildSpanTree() makes "${tree}" of [${rows}]`, () => {
    assertEquals(show(buildSpanTree(rows.map(row))), tree);
    assertEquals(show(buildSpanTree(rows.map(row).reverse())), tree);
  });
}

/** 6.7 as it reads. */
function naiveTree(rows: SpanPlace[]): string {
  const signed = (ms: Int | null) =>
    ms === null ? -(2n ** 70n) : BigInt.asIntN(64, BigInt(ms));
  const order = rows.toSorted((a, b) =>
    a.depth - b.depth || Number(signed(a.startMs) - signed(b.startMs)) ||
    naiveByteOrder(a.spanId, b.spanId)
  );
  const used = new Set<SpanPlace>();
  const print = (row: SpanPlace): string => {
    used.add(row);
    const below = order
      .filter((it) => it.parentSpanId === row.spanId && !used.has(it))
      .map(print).join(" ");
    return below ? `${row.spanId}(${below})` : row.spanId;
  };
  const roots = order.filter(({ parentSpanId }) =>
    !order.some((it) => it.spanId === parentSpanId)
  ).map(print);
  for (const row of order) if (!used.has(row)) roots.push(print(row));
  return roots.join(" ");
}

Deno.test("buildSpanTree() makes the tree of the model", () => {
  const ids = ["a", "b", "c", "d", "e", "\uFFFD", "\u{1F600}"];
  const rows = fc.uniqueArray(
    fc.record({
      spanId: fc.constantFrom(...ids),
      parentSpanId: fc.option(fc.constantFrom(...ids, "x")),
      depth: fc.nat(2),
      startMs: fc.option(fc.constantFrom<Int>(1, 2, 2n ** 64n - 1n)),
    }),
    { selector: ({ spanId }) => spanId },
  );
  fc.assert(
    fc.property(rows, (rows) => {
      assertEquals(show(buildSpanTree(rows)), naiveTree(rows));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("growSpanTree() pauses at least each few thousand rows, however they lie, and makes one tree of them", () => {
  const count = 20_000;
  const shapes: [name: string, make: (i: number) => SpanPlace][] = [
    ["flat", (i) => row(`${i} 0 ${i}`)],
    ["flat, backwards", (i) => row(`${i} 0 ${count - i}`)],
    ["one chain", (i) => row(i === 0 ? "0 0 0" : `${i}<${i - 1} ${i} ${i}`)],
    ["one parent", (i) => row(i === 0 ? "0 0 0" : `${i}<0 1 ${count - i}`)],
    ["one circle", (i) => row(`${i}<${(i + 1) % count} 0 ${i}`)],
  ];
  for (const [name, make] of shapes) {
    const steps = growSpanTree(
      Array.from({ length: count }, (_, i) => make(i)),
    );
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses++;
    const left = [...step.value];
    let found = 0;
    for (let it = left.pop(); it; it = left.pop()) {
      found++;
      for (const child of it.children) left.push(child);
    }
    assertEquals([name, found, pauses >= 30], [name, count, true]);
  }
});
