// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import {
  isOtherCommand,
  readCommand,
  writeCommand,
} from "../../../src/hooks/hook_command.ts";

for (const program of ["/usr/bin/kaizen", "/home/a b/kaizen", "/ö/$x/kaizen"]) {
  Deno.test(`readCommand() reads what writeCommand() writes for ${program}`, () => {
    const words = "hook --source claude";
    const line = writeCommand(program, words);
    assertEquals(readCommand(line), { program, words });
    assertEquals(isOtherCommand(line), false);
  });
}

Deno.test("writeCommand() refuses a path that shells quote in different ways", () => {
  for (const program of ["/a'b", "/a\\b", "/a\nb"]) {
    assertThrows(() => writeCommand(program, "hook"), RangeError);
  }
});

const lines: [line: string, isOther: boolean][] = [
  ["kaizen ingest hook --source claude", true],
  ["/usr/local/bin/kaizen ingest hook --source claude", true],
  ["'/my bin/kaizen' ingest hook --source codex || :", true],
  ["/opt/dist/kaizen.sh ingest hook --source vibe", true],
  ["kaizen sessions", false],
  ["my-kaizen-guard ingest hook", false],
  ["echo kaizen", false],
  ["not-kaizen ingest hook", false],
];
for (const [line, isOther] of lines) {
  Deno.test(`isOtherCommand() of ${line}`, () => {
    assertEquals(isOtherCommand(line), isOther);
    assertEquals(readCommand(line), null);
  });
}
