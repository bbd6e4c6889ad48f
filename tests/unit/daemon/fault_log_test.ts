// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { FaultLog, MAX_FAULT_LINES } from "../../../src/daemon/fault_log.ts";

Deno.test("FaultLog writes the first faults, counts the others, and begins anew", () => {
  const lines: string[] = [];
  const log = new FaultLog((level, message, fields) => {
    lines.push([level, message, JSON.stringify(fields)].join(" "));
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) log.write("warn", "cut", { i });
  };
  fail(MAX_FAULT_LINES);
  log.refill();
  assertEquals(lines.length, MAX_FAULT_LINES);
  assertEquals(lines.at(-1), `warn cut {"i":${MAX_FAULT_LINES - 1}}`);
  fail(MAX_FAULT_LINES + 7);
  log.refill();
  assertEquals(lines.length, 2 * MAX_FAULT_LINES + 1);
  assertEquals(lines.at(-1), 'warn more clients failed {"count":7}');
  log.refill();
  fail(1);
  assertEquals(lines.at(-1), 'warn cut {"i":0}');
});
