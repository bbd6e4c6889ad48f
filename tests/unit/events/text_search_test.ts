// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { TextSearch } from "../../../src/events/text_search.ts";

/** JSON of a payload as a printer writes it that leaves only ASCII. */
function inAscii(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const found: [text: string, inside: string, ignoresCase?: boolean][] = [
  ["ls", "ls -l"],
  ['"', 'say "hi"'],
  ['"hi" &&', 'echo "hi" && true'],
  ["a\nb", "1a\nb2"],
  ["\\d+", "use \\d+ here"],
  ["é", "café"],
  ["日本", "こ日本語"],
  ["👍", "ok 👍"],
  ["/w/app", "cd /w/app"],
  ["</b>", "<b>x</b>"],
  ["ÉCOLE", "école", true],
  ["Kelvin", "\u212aelvin", true],
  ["s", "\u017f", true],
  ["a.b*(c)[d]{e}|f^g$h-i", "xA.B*(C)[D]{E}|F^G$H-Ix", true],
];
for (const [text, inside, ignoresCase = false] of found) {
  Deno.test(`TextSearch finds ${JSON.stringify(text)} however JSON writes it`, () => {
    const search = TextSearch.ofText(text, ignoresCase);
    const payload = { tool_input: { command: inside } };
    const slashes = JSON.stringify(payload).replaceAll("/", "\\/")
      .replaceAll("<", "\\u003C");
    const all = JSON.stringify(payload).replaceAll(
      JSON.stringify(inside).slice(1, -1),
      () =>
        Array.from(
          { length: inside.length },
          (_, i) => `\\u${inside.charCodeAt(i).toString(16).padStart(4, "0")}`,
        ).join(""),
    );
    for (
      const json of [JSON.stringify(payload), inAscii(payload), slashes, all]
    ) {
      assertEquals(search.mayMatch(json), true, json);
      assertEquals(search.find(json)?.where, "tool_input.command", json);
    }
  });
}

Deno.test("TextSearch finds letters that are written as escapes among any number of zeros", () => {
  const search = TextSearch.ofText("needle", false);
  for (const zeros of [0, 1, 2, 3, 4, 63, 64, 65, 66, 1000]) {
    for (const before of ["0".repeat(zeros), "00u".repeat(zeros)]) {
      const json = `{"a":"${before}\\u006eeedle"}`;
      assertEquals(search.find(json)?.where, "a", json);
      assertEquals(search.mayMatch(json.replace("\\u", "")), false);
    }
  }
});

Deno.test("TextSearch looks at texts, not at keys, numbers and escapes", () => {
  const json = JSON.stringify({ n: 12, text: "line\nnext", key: ["Q"] });
  for (const text of ["12", "key", "\\n", "nnext", '"', ","]) {
    assertEquals(TextSearch.ofText(text, false).find(json), null, text);
  }
  assertEquals(TextSearch.ofText("Q", false).find(json)?.where, "key[0]");
});

Deno.test("TextSearch does not look at the id that kaizen added to a payload", () => {
  const json = JSON.stringify({
    kaizen_id: "01a2face",
    input: { kaizen_id: "face" },
  });
  assertEquals(
    TextSearch.ofText("face", false).find(json)?.where,
    "input.kaizen_id",
  );
  assertEquals(TextSearch.ofPattern("^01", false).find(json), null);
});

Deno.test("TextSearch shows the line around the match, and where all matches in it are", () => {
  const json = JSON.stringify({
    out: `first\n👍 a needle, one more needle${"x".repeat(300)}\nneedle`,
  });
  const match = TextSearch.ofText("needle", false).find(json);
  assertEquals(match?.snippet.slice(0, 30), "👍 a needle, one more needlexx");
  assertEquals(match?.snippet.length, "👍 a needle".length + 100);
  assertEquals(match?.matches, [{ start: 4, end: 10 }, { start: 21, end: 27 }]);
  const long = TextSearch.ofPattern("x+", false).find(json);
  assertEquals(long?.matches, [{ start: 27, end: 327 }]);
});

Deno.test("TextSearch cuts no character in two", () => {
  const text = `${"👍".repeat(61)}|needle${"👍".repeat(101)}`;
  for (const shift of ["", "a"]) {
    const match = TextSearch.ofText("needle", false)
      .find(JSON.stringify([`${text}${shift}`, shift]));
    assertEquals(match?.snippet.isWellFormed(), true);
    assertEquals(match?.where, "[0]");
  }
});

Deno.test("TextSearch takes regular expressions, in which ^ and $ match at lines", () => {
  const json = JSON.stringify({ a: "one\ntwo 2", b: "" });
  const find = (pattern: string, ignoresCase = false) =>
    TextSearch.ofPattern(pattern, ignoresCase).find(json);
  assertEquals(find("^two \\d$")?.snippet, "two 2");
  assertEquals(find("^TWO"), null);
  assertEquals(find("^TWO", true)?.matches, [{ start: 0, end: 3 }]);
  assertEquals(find("[\\p{L}--[a-z]]"), null);
  assertEquals(find("^$")?.where, "b");
  assertThrows(() => find("("), SyntaxError);
});

Deno.test("TextSearch refuses an empty text", () => {
  assertThrows(() => TextSearch.ofText("", false), RangeError);
});
