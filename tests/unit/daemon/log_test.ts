// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { jsonLog } from "../../../src/daemon/log.ts";

function record(): { lines: string[]; log: ReturnType<typeof jsonLog> } {
  const lines: string[] = [];
  const sink = (line: Uint8Array) =>
    void lines.push(new TextDecoder().decode(line));
  return { lines, log: jsonLog(sink, () => 1_714_000_000_000) };
}

Deno.test("jsonLog() writes one object a line, with time, level and message first", () => {
  const { lines, log } = record();
  log("warn", "one\ntwo", { reason: 'x"y', n: 3, none: undefined });
  assertEquals(lines, [
    '{"time":"2024-04-24T23:06:40.000Z","level":"warn","message":"one\\ntwo","reason":"x\\"y","n":3}\n',
  ]);
});

Deno.test("jsonLog() escapes every character that a terminal acts on or hides", () => {
  const { lines, log } = record();
  const reason = "\x1b[2J\x9b31m\u202e\u200b\u2028\x7f\u{e0041}end 你好 🎉";
  log("warn", reason, { reason });
  const [line = ""] = lines;
  assertEquals(/(?!\n$)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line), false, line);
  assertEquals(JSON.parse(line).reason, reason);
  assertEquals(line.includes("你好 🎉"), true);
});

Deno.test("jsonLog() shortens long texts", () => {
  const { lines, log } = record();
  log("warn", "m".repeat(9_000), { reason: "r".repeat(1e6) });
  assertEquals((lines[0]?.length ?? 0) < 5_000, true);
});

Deno.test("jsonLog() does not throw when its sink does", () => {
  const log = jsonLog(() => {
    throw new Error("disk full");
  }, () => 0);
  log("error", "x");
});
