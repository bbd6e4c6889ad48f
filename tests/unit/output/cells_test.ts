// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cellWidth, cutCells, padCells } from "../../../src/output/cells.ts";

const cuts: [text: string, cells: number, cut: string][] = [
  ["hello", 5, "hello"],
  ["hello!", 5, "hell…"],
  ["hello", 1, "…"],
  ["", 1, ""],
  ["你好世界", 8, "你好世界"],
  ["你好世界", 7, "你好世…"],
  ["你好世界", 6, "你好…"],
  ["你好", 1, "…"],
  ["a🎉b", 4, "a🎉b"],
  ["a🎉b", 3, "a…"],
  ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
];
for (const [text, cells, cut] of cuts) {
  Deno.test(`cutCells() fits ${JSON.stringify(text)} into ${cells} cells`, () => {
    assertEquals(cutCells(text, cells), cut);
  });
}

Deno.test("cutCells() never takes more than the cells it is given", () => {
  const chars = fc.constantFrom(
    "a",
    "ß",
    "你",
    "🎉",
    "e\u0301",
    "…",
    "│",
    "ｆ",
  );
  const texts = fc.array(chars, { maxLength: 30 }).map((all) => all.join(""));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 40 }), (text, cells) => {
      const cut = cutCells(text, cells);
      assert(cellWidth(cut) <= cells, `${cut} is wider than ${cells}`);
      if (cellWidth(text) <= cells) assertEquals(cut, text);
      else assert(cut.endsWith("…"));
    }),
  );
});

Deno.test("cutCells() drops marks piled on one character", () => {
  assertEquals(
    cutCells(`a${"\u0301".repeat(1000)}b`, 2),
    `a${"\u0301".repeat(4)}b`,
  );
});

Deno.test("padCells() fills by cells, not by characters", () => {
  assertEquals(padCells("你好", 6), "你好  ");
  assertEquals(padCells("你好", 6, "left"), "  你好");
  assertEquals(padCells("toolong", 3), "toolong");
});
