// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { mergeTexts, renderDiff } from "../../../src/hooks/line_diff.ts";

Deno.test("renderDiff() shows a change with the lines around it", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\n";
  assertEquals(renderDiff("/x", before, before.replace("e\n", "E\n")), [
    "--- /x",
    "+++ /x",
    "@@ -2,7 +2,7 @@",
    " b",
    " c",
    " d",
    "-e",
    "+E",
    " f",
    " g",
    " h",
  ]);
});

Deno.test("renderDiff() tells a new and a removed file, and a missing line feed", () => {
  assertEquals(renderDiff("/x", null, "a"), [
    "--- /dev/null",
    "+++ /x",
    "@@ -0,0 +1,1 @@",
    "+a",
    "\\ No newline at end of file",
  ]);
  assertEquals(renderDiff("/x", "a\n", null).slice(0, 2), [
    "--- /x",
    "+++ /dev/null",
  ]);
  assertEquals(renderDiff("/x", "a", "a"), []);
});

const merges: [base: string, left: string, right: string, string | null][] = [
  ["a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n"],
  ["a\nb\nc\n", "a\nc\n", "x\nb\nc\n", "x\nc\n"],
  ["a\nb\nc\n", "a\nc\n", "a\nc\n", "a\nc\n"],
  ["a\nb\nc\n", "a\nc\n", "a\nB\nc\n", null],
  ["a\nc\n", "a\nb\nc\n", "a\nx\nc\n", null],
  ["a\nb\n", "a\n", "a\nx\nb\n", "a\nx\n"],
];
for (const [base, left, right, merged] of merges) {
  Deno.test(`mergeTexts() of ${JSON.stringify([base, left, right])}`, () => {
    assertEquals(mergeTexts(base, left, right), merged);
    assertEquals(mergeTexts(base, right, left), merged);
  });
}

Deno.test("mergeTexts() of one change is that change", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "{", "}"))
    .map((all) => all.map((line) => `${line}\n`).join(""));
  fc.assert(fc.property(lines, lines, (base, changed) => {
    assertEquals(mergeTexts(base, changed, base), changed);
    assertEquals(mergeTexts(base, base, changed), changed);
    assertEquals(mergeTexts(base, changed, changed), changed);
  }));
});
