// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { readLastFailure } from "../../../src/launch/last_failure.ts";

const READY = '{"level":"info","message":"daemon ready"}\n';
const FAILED = '{"level":"error","message":"daemon failed","reason":"why"}\n';

const logs: [log: string, reason: string | null][] = [
  ["", null],
  [READY, null],
  [READY + FAILED, "why"],
  [FAILED + READY, null],
  [FAILED.slice(0, -9), null],
  ["x".repeat(100_000) + "\n" + FAILED, "why"],
  ['{"message":"daemon failed"}\n', null],
  ['{"message":"daemon failed","reason":7}\n', null],
  ["null\n", null],
];

for (const [i, [log, reason]] of logs.entries()) {
  Deno.test(`readLastFailure() returns ${reason} for log ${i}`, () => {
    const path = Deno.makeTempFileSync();
    Deno.writeTextFileSync(path, log);
    assertEquals(readLastFailure(path), reason);
    Deno.removeSync(path);
  });
}

Deno.test("readLastFailure() returns null without a log", () => {
  assertEquals(readLastFailure("/nowhere/daemon.log"), null);
});
