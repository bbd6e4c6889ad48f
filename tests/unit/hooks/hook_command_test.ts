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
    for (const isBare of [false, true]) {
      const line = writeCommand({ program, isBare }, words);
      assertEquals(readCommand(line), { program, words });
      assertEquals(isOtherCommand(line), false);
    }
  });
}

Deno.test("writeCommand() refuses a path that shells quote in different ways", () => {
  for (const program of ["/a'b", "/a\\b", "/a\nb"]) {
    assertThrows(
      () => writeCommand({ program, isBare: false }, "hook"),
      RangeError,
    );
  }
});

Deno.test("the command of a bare binary does what a launcher does", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const program = `${root}/kaizen`;
  await Deno.writeTextFile(
    program,
    `#!/bin/sh\necho "$PWD,$KAIZEN_CWD,$NODE_OPTIONS,$DENO_V8_FLAGS,$*" >${root}/seen\n`,
    { mode: 0o755 },
  );
  const line = writeCommand({ program, isBare: true }, "hook --source vibe");
  for (
    const [enter, cwd] of [["", root], ["mkdir x; cd x; rmdir ../x; ", ""]]
  ) {
    const { code } = await new Deno.Command("/bin/sh", {
      args: ["-c", enter + line],
      cwd: root,
      env: { NODE_OPTIONS: "--inspect", DENO_V8_FLAGS: "--no" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(code, 0);
    assertEquals(
      await Deno.readTextFile(`${root}/seen`),
      `/,${cwd},,,ingest hook --source vibe\n`,
    );
  }
  await Deno.remove(root, { recursive: true });
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
