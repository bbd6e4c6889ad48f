// SPDX-License-Identifier: AGPL-3.0-or-later
// What the project uses of @std/cli, with the real package and with the stand-in.
import { assertEquals } from "@std/assert";
import { parseArgs as fromMain, unicodeWidth as widthFromMain } from "@std/cli";
import { parseArgs } from "@std/cli/parse-args";
import { unicodeWidth } from "@std/cli/unicode-width";

const widths: [name: string, text: string, cells: number][] = [
  ["nothing", "", 0],
  ["ASCII", "kaizen 1.0", 10],
  ["control characters", "a\tb\n\x7f", 2],
  ["Latin", "Zürich", 6],
  ["a combining mark", "e\u0301", 1],
  ["a soft hyphen", "a\u00adb", 3],
  ["a zero-width joiner", "a\u200db", 2],
  ["Chinese", "改善", 4],
  ["Japanese", "カイゼン", 8],
  ["half-width Katakana", "ｶｲｾﾞﾝ", 5],
  ["Korean", "개선", 4],
  ["a decomposed Korean syllable", "\u1100\u1161", 2],
  ["full-width ASCII", "ＡＢ", 4],
  ["an emoji", "😀", 2],
  ["an emoji that is text", "☺", 1],
  ["half a flag", "\u{1f1e8}", 1],
  ["box drawing", "├──", 3],
  ["an ellipsis", "…", 1],
  ["a rare ideograph", "\u{2a6b2}", 2],
  ["a lone surrogate", "\ud800", 1],
];

for (const [name, text, cells] of widths) {
  Deno.test(`unicodeWidth() counts ${name}`, () => {
    assertEquals(unicodeWidth(text), cells);
    assertEquals(widthFromMain(text), cells);
  });
}

const lines: [line: string, found: Record<string, unknown>][] = [
  ["", { _: [] }],
  ["a 1 b", { _: ["a", 1, "b"] }],
  ["--out file", { out: "file", o: "file", _: [] }],
  ["--out=a=b", { out: "a=b", o: "a=b", _: [] }],
  ["--out 12", { out: "12", o: "12", _: [] }],
  ["--out", { out: "", o: "", _: [] }],
  ["--out --quick", { out: "", o: "", quick: true, _: [] }],
  ["-o file x", { out: "file", o: "file", _: ["x"] }],
  ["-o=file", { out: "file", o: "file", _: [] }],
  ["--quick x", { quick: true, _: ["x"] }],
  ["--quick=false", { _: [] }],
  ["--quick true", { quick: true, _: [] }],
  ["--no-colour", { colour: false, _: [] }],
  ["--no-other", { "no-other": true, _: [] }],
  ["--tag a --tag b", { tag: ["a", "b"], _: [] }],
  ["--count 3 --count 4", { count: 4, _: [] }],
  ["-n5", { n: 5, _: [] }],
  ["-abc", { a: true, b: true, c: true, _: [] }],
  ["-abc x", { a: true, b: true, c: "x", _: [] }],
  ["-a/b", { a: "/b", _: [] }],
  ["--x 1e3 --y 0x10 --z -", { x: 1000, y: 16, z: true, _: ["-"] }],
  ["- x", { _: ["-", "x"] }],
  ["a -- --out b", { _: ["a", "--out", "b"] }],
];

const OPTIONS = {
  string: ["out", "tag"],
  boolean: ["quick"],
  collect: ["tag"],
  negatable: ["colour"],
  alias: { out: "o" },
} as const;

for (const [line, found] of lines) {
  Deno.test(`parseArgs() takes "${line}"`, () => {
    const words = line.split(" ").filter((word) => word !== "");
    const expected = { quick: false, tag: [], ...found };
    assertEquals<unknown>(parseArgs(words, OPTIONS), expected);
    assertEquals<unknown>(fromMain(words, OPTIONS), expected);
  });
}

Deno.test("parseArgs() fills in defaults", () => {
  const found = parseArgs(["--a", "1"], {
    string: ["a", "b"],
    boolean: ["c"],
    default: { a: "x", b: "y", c: true, d: 5 },
  });
  const a: string = found.a;
  const c: boolean = found.c;
  assertEquals([a, c], ["1", true]);
  assertEquals<unknown>(found, { a: "1", b: "y", c: true, d: 5, _: [] });
});

Deno.test("parseArgs() keeps the words behind -- apart if asked", () => {
  const found = parseArgs(["a", "--", "b"], { "--": true });
  assertEquals<unknown>(found, { _: ["a"], "--": ["b"] });
});

Deno.test("parseArgs() stops at the first word if asked", () => {
  const found = parseArgs(["-a", "--b=1", "x", "--c"], {
    boolean: ["a"],
    stopEarly: true,
  });
  assertEquals<unknown>(found, { a: true, b: 1, _: ["x", "--c"] });
});

Deno.test("parseArgs() leaves out what unknown() refuses", () => {
  const seen: string[] = [];
  const found = parseArgs(["--a", "--b=1", "x", "-c"], {
    boolean: ["a"],
    unknown: (arg) => {
      seen.push(arg);
      return false;
    },
  });
  assertEquals<unknown>(found, { a: true, _: [] });
  assertEquals(seen, ["--b=1", "x", "-c"]);
});
