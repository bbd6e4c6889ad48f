// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  restoreWords,
  rewriteWords,
} from "../../../../src/commands/shell/words.ts";

const table: [words: string[], inside: string[]][] = [
  [["sessions", "--no-start"], ["sessions", "--nostart"]],
  [["stop", "--no-wait", "--no-daemon"], ["stop", "--nowait", "--nodaemon"]],
  [["ingest", "--no-spool"], ["ingest", "--nospool"]],
  [["--no-color"], ["--no-color"]],
  [["--no-start=1"], ["--no-start=1"]],
  [["sessions", "--watch"], ["sessions", "--watch=1s"]],
  [["--watch", "2s", "x"], ["--watch=2s", "x"]],
  [["--watch", "--json"], ["--watch=1s", "--json"]],
  [["--watch", "-o", "json"], ["--watch=1s", "-o", "json"]],
  [["--watch", ""], ["--watch=1s", "\0"]],
  [["--watch", "banana"], ["--watch=banana"]],
  [["--watch", "-5s"], ["--watch=-5s"]],
  [["--watch", "--", "5s"], ["--watch=1s", "\0" + "5s"]],
  [["--watch=3s"], ["--watch=3s"]],
  [["-vq", "status"], ["-v", "-q", "status"]],
  [["-ab"], ["-ab"]],
  [["a", "--", "--no-start", "-vq"], ["a", "\0--no-start", "\0-vq"]],
  [["a", "--", "--", "b"], ["a", "\0--", "\0b"]],
  [["--session=-rf", "-o=-", "--set=a=-1"], [
    "--session=\0-rf",
    "-o=\0-",
    "--set=a=-1",
  ]],
  [["--session", "", "--tool=", "--set=a="], [
    "--session",
    "\0",
    "--tool=\0",
    "--set=a=",
  ]],
];
for (const [words, inside] of table) {
  Deno.test(`rewriteWords() makes ${inside.join(" ")} of ${words.join(" ")}`, () => {
    assertEquals(rewriteWords(words), inside);
  });
}

Deno.test("restoreWords() shows options as they are typed", () => {
  assertEquals(
    restoreWords('Option "--nostart" and --nowait, not --nonsense'),
    'Option "--no-start" and --no-wait, not --nonsense',
  );
});
