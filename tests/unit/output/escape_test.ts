// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  escapeBlock,
  escapeLine,
  escapeText,
} from "../../../src/output/escape.ts";

const table: [raw: string, escaped: string][] = [
  ["plain text, ünïcode, 你好, 🎉", "plain text, ünïcode, 你好, 🎉"],
  ["a\nb\r\tc", "a\\nb\\r\\tc"],
  ["\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"],
  ["\x00\x7f\x9b31m", "\\x00\\x7f\\x9b31m"],
  ["\u202egnp.exe", "\\u{202e}gnp.exe"],
  ["\u2066a\u2069\u200f\u061c", "\\u{2066}a\\u{2069}\\u{200f}\\u{61c}"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"],
  ["\u{e0041}tag", "\\u{e0041}tag"],
  ["\u3164\u115f\u034f\u17b4", "\\u{3164}\\u{115f}\\u{34f}\\u{17b4}"],
  ["selectors \ufe00\u{e0100}", "selectors \\u{fe00}\\u{e0100}"],
  ["emoji ❤\ufe0f ❤\ufe0e", "emoji ❤\ufe0f ❤\ufe0e"],
  ["half \ud800 of a pair", "half \\u{d800} of a pair"],
  ["é in two parts: e\u0301", "é in two parts: e\u0301"],
];
for (const [raw, escaped] of table) {
  Deno.test(`escapeText() writes ${JSON.stringify(raw)} harmlessly`, () => {
    assertEquals(escapeText(raw), escaped);
  });
}

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

Deno.test("escapeText() leaves nothing that a terminal acts on, for every text", () => {
  const anything = fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((c) =>
      String.fromCharCode(c)
    ),
  });
  fc.assert(fc.property(anything, (text) => {
    assert(!UNSAFE.test(escapeText(text)));
    assert(!UNSAFE.test(escapeBlock(text).replaceAll(/[\n\t]/g, "")));
  }));
});

Deno.test("escapeBlock() keeps lines and tabs, not carriage returns", () => {
  assertEquals(escapeBlock("a\r\nb\tc\rd"), "a\nb\tc\\rd");
});

Deno.test("escapeLine() cuts what no terminal shows before it is looked at", () => {
  assertEquals(escapeLine("x".repeat(1_000_000)).length, 16 * 1024);
});
