// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cellWidth,
  cutCells,
  padCells,
  wrapCells,
  wrapWords,
} from "../../../src/output/cells.ts";

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

const wraps: [text: string, cells: number, lines: string[]][] = [
  ["one two three", 20, ["one two three"]],
  ["one two three", 8, ["one two", "three"]],
  ["one two three", 7, ["one two", "three"]],
  ["one two three", 6, ["one", "two", "three"]],
  ["/a/long/path", 5, ["/a/lo", "ng/pa", "th"]],
  ["see /a/long/path", 8, ["see", "/a/long/", "path"]],
  ["你好世界", 5, ["你好", "世界"]],
  ["e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]],
  ["", 5, [""]],
];
for (const [text, cells, lines] of wraps) {
  Deno.test(`wrapCells() breaks ${JSON.stringify(text)} at ${cells} cells`, () => {
    assertEquals(wrapCells(text, cells), lines);
  });
}

Deno.test("wrapCells() fits every line, loses nothing but spaces, and stops at the last line it may use", () => {
  const chars = fc.constantFrom("a", "你", "🎉", "e\u0301", " ", "/");
  const texts = fc.array(chars, { maxLength: 60 }).map((all) => all.join(""));
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, cells) => {
      const lines = wrapCells(text, cells);
      for (const line of lines) assert(cellWidth(line) <= cells, line);
      assertEquals(
        lines.join("").replaceAll(" ", ""),
        text.replaceAll(" ", ""),
      );
      const few = wrapCells(text, cells, 2);
      assert(few.length <= 2);
      assertEquals(few[1]?.endsWith("…") ?? false, lines.length > 2);
    }),
  );
});

Deno.test("wrapWords() keeps one line where there is no terminal, and lines that can be read in a tiny one", () => {
  assertEquals(wrapWords("some words", null), ["some words"]);
  assertEquals(wrapWords("words of a sentence", 3), ["words of a sentence"]);
});

Deno.test("padCells() fills by cells, not by characters", () => {
  assertEquals(padCells("你好", 6), "你好  ");
  assertEquals(padCells("你好", 6, "left"), "  你好");
  assertEquals(padCells("toolong", 3), "toolong");
});
