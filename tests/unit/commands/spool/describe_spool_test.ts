// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { renderSpool } from "../../../../src/commands/spool/describe_spool.ts";
import { NOW, testContext, testRun } from "../_context.ts";
import { EMPTY_SPOOL } from "../../../fixtures/empty_spool.ts";

Deno.test("renderSpool() shows the waiting events, their age, and the rejected ones", () => {
  const run = testRun(testContext({ columns: 80 }), { color: "never" });
  const lines = renderSpool(
    {
      ...EMPTY_SPOOL,
      pending: 1,
      bytes: 2048,
      oldest_ms: NOW - 3_600_000,
      rejected: 3,
    },
    run,
  );
  assertEquals(lines, [
    "spool       1 event waiting (2.0 KiB, oldest 1h ago)",
    "rejected    3 events, see kaizen spool list",
    "folder      /home/user/.kaizen/spool",
  ]);
});
