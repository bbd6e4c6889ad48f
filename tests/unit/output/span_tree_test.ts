// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { SpanNode } from "../../../src/proto/mod.ts";
import { cellWidth } from "../../../src/output/cells.ts";
import { makePaint } from "../../../src/output/paint.ts";
import { renderSpanTree } from "../../../src/output/span_tree.ts";
import { node } from "./_samples.ts";

const options = { paint: makePaint(false), width: null, full: false };

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

Deno.test("renderSpanTree() marks the root that cost most, and whatever cost much", () => {
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
