// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  givenFormat,
  hasWord,
} from "../../../../src/commands/shell/given_words.ts";

const given: [line: string, format: string | null][] = [
  ["--version", null],
  ["--version -o json", "json"],
  ["-V --json", "json"],
  ["status -V --output=ndjson", "ndjson"],
  ["-o=json sessions -V", "json"],
  ["--output text -V", "text"],
  ["-o -V", null],
  ["-V -o nope", null],
  ["-V -- --json", null],
  ["-V -- -o json", null],
];
for (const [line, format] of given) {
  Deno.test(`givenFormat() of "${line}" is ${format}`, () => {
    assertEquals(givenFormat(line.split(" ")), format);
  });
}

Deno.test("hasWord() finds a word before --, and none after it", () => {
  assertEquals(hasWord(["-x", "--", "-V"], "-V"), false);
  assertEquals(hasWord(["-x", "-V", "--"], "-h", "-V"), true);
});
