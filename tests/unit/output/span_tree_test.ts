// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { SpanNode } from "../../../src/proto/mod.ts";
import { cellWidth } from "../../../src/output/cells.ts";
import { makePaint } from "../../../src/output/paint.ts";
import { renderSpanTree } from "../../../src/output/span_tree.ts";
import { node } from "./_samples.ts";

const options = {
  paint: makePaint(false),
  width: null,
  full: false,
  nowMs: 1_714_000_060_000,
};

Deno.test("renderSpanTree() draws children under their parents, costs and paths beside them", () => {
  const tree = [
    node({
      tool: "Task",
      subtree_cost_usd_e6: 60_000,
      subtree_token_count: 1234,
    }, [
      node({ tool: "Read", lead_time_ms: 20, paths: ["/a", "/b"] }),
      node({ tool: "Edit", lead_time_ms: null, status: "orphaned" }, [
        node({ tool: "Bash" }),
      ]),
    ]),
    node({ tool: "Grep", subtree_cost_usd_e6: 40_000 }),
  ];
  assertEquals(renderSpanTree(tree, options), [
    "├─ Task  750ms · $0.060 · 1.2k tokens · 60% of the cost",
    "│  ├─ Read  20ms  /a (+1)",
    "│  └─ Edit  orphaned",
    "│     └─ Bash  750ms",
    "└─ Grep  750ms · $0.040",
  ]);
});

Deno.test("renderSpanTree() says how each call ended, how long it waited, and what it was about", () => {
  const start = options.nowMs - 14_000;
  const tree = [
    node({
      tool: "Bash",
      status: "failed",
      latency_ms: 4_187,
      lead_time_ms: 9_000,
      error: "Exit code 1",
      summary: "deno test",
    }),
    node({
      tool: "Bash",
      lead_time_ms: 130_000,
      wait_ms: 125_000,
      summary: "rm -r dist",
    }),
    node({ tool: "Bash", status: "denied", summary: "rm -r /" }),
    node({ tool: "Edit", status: "interrupted", lead_time_ms: null }),
    node({
      tool: "Bash",
      status: "open",
      lead_time_ms: null,
      started_at_ms: start,
      summary: "sleep 60",
    }),
  ];
  assertEquals(renderSpanTree(tree, options), [
    "├─ Bash  4.1s · failed: Exit code 1  deno test",
    "├─ Bash  5.0s · waited 2m05s  rm -r dist",
    "├─ Bash  750ms · denied  rm -r /",
    "├─ Edit  interrupted",
    "└─ Bash  14s so far · open  sleep 60",
  ]);
});

Deno.test("renderSpanTree() shows a dash for a cost that is not known beside others that are", () => {
  const tree = [
    node({ subtree_cost_usd_e6: 100_000 }),
    { ...node(), cost_known: false },
  ];
  assertEquals(renderSpanTree(tree, options), [
    "├─ Bash  750ms · $0.100 · 100% of the cost",
    "└─ Bash  750ms · –",
  ]);
  assertEquals(renderSpanTree([{ ...node(), cost_known: false }], options), [
    "└─ Bash  750ms",
  ]);
});

Deno.test("renderSpanTree() marks the root that cost most, and each span that cost much", () => {
  const { red, cyan } = makePaint(true);
  const show = (...costs: number[]) =>
    renderSpanTree(
      costs.map((cost) => node({ subtree_cost_usd_e6: cost })),
      { ...options, paint: { ...makePaint(false), red, cyan } },
    ).map((line) => line.includes(red("Bash")));
  assertEquals(show(10, 30, 20, 30, 10), [false, true, false, false, false]);
  assertEquals(show(45, 45, 10), [true, true, false]);
  assertEquals(show(0, 0), [false, false]);
  const [line = ""] = renderSpanTree(
    [node({ subtree_cost_usd_e6: 2n ** 63n - 1n }), node()],
    options,
  );
  assert(line.endsWith("100% of the cost"), line);
});

Deno.test("renderSpanTree() shows all paths if that is wanted", () => {
  const tree = [node({ paths: ["/a", "/b\n"] })];
  assertEquals(renderSpanTree(tree, { ...options, full: true }), [
    "└─ Bash  750ms  /a /b\\n",
  ]);
});

Deno.test("renderSpanTree() escapes tools and fits them into the width", () => {
  const tree = [node({ tool: `\x1b[31m${"你".repeat(100)}`, paths: ["/x"] })];
  for (const width of [20, 40, 80]) {
    const lines = renderSpanTree(tree, { ...options, width });
    assert(lines.every((line) => cellWidth(line) <= width));
    assert(lines[0]?.startsWith("└─ \\x1b[31m"));
  }
});

Deno.test("renderSpanTree() of no spans has no lines", () => {
  assertEquals(renderSpanTree([], options), []);
});

Deno.test("renderSpanTree() draws a tree deeper than any stack", () => {
  let tree: SpanNode[] = [];
  for (let i = 0; i < 20_000; i++) tree = [node({}, tree)];
  const lines = renderSpanTree(tree, { ...options, width: 80 });
  assertEquals(lines.length, 20_000);
  assert((lines.at(-1)?.length ?? 0) < 200);
});
