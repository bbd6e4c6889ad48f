// SPDX-License-Identifier: AGPL-3.0-or-later
// The parts that the project uses of @std/cli, with the real package and with the stand-in.
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { unicodeWidth } from "@std/cli/unicode-width";

const widths: [name: string, text: string, cells: number][] = [
  ["nothing", "", 0],
  ["control characters", "a\tb\n\x7f", 2],
  ["Latin", "Zürich", 6],
  ["a combining mark", "e\u0301", 1],
  ["a soft hyphen", "a\u00adb", 3],
  ["a zero-width joiner", "a\u200db", 2],
  ["Chinese", "改善", 4],
  ["half-width Katakana", "ｶｲｾﾞﾝ", 5],
  ["a decomposed Korean syllable", "\u1100\u1161", 2],
  ["full-width ASCII", "ＡＢ", 4],
  ["an emoji", "😀", 2],
  ["an emoji that is text", "☺", 1],
  ["half a flag", "\u{1f1e8}", 1],
  ["box drawing and an ellipsis", "├──…", 4],
  ["a rare ideograph", "\u{2a6b2}", 2],
  ["a lone surrogate", "\ud800", 1],
];

for (const [name, text, cells] of widths) {
  Deno.test(`unicodeWidth() counts ${name}`, () => {
    assertEquals(unicodeWidth(text), cells);
  });
}

Deno.test("parseArgs() takes nothing for an option after the first word if it stops early", () => {
  const words = ["--out", "a", "x", "--out", "b", "-q", "-z", "--", "c"];
  assertEquals<unknown>(
    parseArgs(words, { string: ["_", "out"], stopEarly: true }),
    { out: "a", _: ["x", "--out", "b", "-q", "-z", "c"] },
  );
});

/** A line, the options it sets, its other words, and the words that are not declared. */
const lines: [string, Record<string, unknown>, string[], string[]?][] = [
  ["", {}, []],
  ["--out file x", { out: "file" }, ["x"]],
  ["--out=a=b --out 12", { out: "12" }, []],
  ["--out", { out: "" }, []],
  ["--out --quick", { out: "", quick: true }, []],
  ["--out - x", { out: "" }, ["-", "x"]],
  ["-o file x", { o: "file" }, ["x"]],
  ["-o=file -o -", { o: "-" }, []],
  ["-qo file", { q: true, o: "file" }, []],
  ["--quick x", { quick: true }, ["x"]],
  ["--quick=false x", {}, ["x"]],
  ["--quick true x", { quick: true }, ["x"]],
  ["-q false x", {}, ["x"]],
  ["--tag a --tag b --tag=", { tag: ["a", "b", ""] }, []],
  ["--other x --no-quick -z5", {}, [], ["--other", "--no-quick", "-z5"]],
  ["-a/b", {}, [], ["-a/b"]],
  ["-xy", {}, [], ["-xy", "-xy"]],
  ["- a -- --out b", {}, ["-", "a", "--out", "b"]],
];

for (const [line, found, rest, ignored = []] of lines) {
  Deno.test(`parseArgs() takes "${line}"`, () => {
    const unknown: string[] = [];
    const words = line.split(" ").filter((word) => word !== "");
    const parsed = parseArgs(words, {
      string: ["_", "out", "o", "tag"],
      boolean: ["quick", "q"],
      collect: ["tag", "tag"],
      unknown: (word, key) => {
        if (key === undefined) return true;
        unknown.push(word);
        return false;
      },
    });
    const none = { quick: false, q: false, tag: [] };
    assertEquals<unknown>(parsed, { ...none, ...found, _: rest });
    assertEquals(unknown, ignored);
  });
}
