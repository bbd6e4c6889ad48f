// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "../../../../src/client/mod.ts";
import {
  openColumnOutput,
  printColumns,
} from "../../../../src/commands/shell/column_output.ts";
import { UsageError } from "../../../../src/context/mod.ts";
import { testContext, testRun } from "../_context.ts";

for (const format of ["arrow", "parquet"] as const) {
  Deno.test(`openColumnOutput() writes no ${format} to a terminal`, async () => {
    const context = testContext({ columns: 80 });
    const error = await assertRejects(
      () => openColumnOutput("event", testRun(context, { output: format })),
      UsageError,
    );
    assertEquals(
      error.message,
      `Cannot print ${format} to a terminal as it is binary: redirect it, such as with > events.${format}`,
    );
    assertEquals(context.out(), "");
  });
}

Deno.test("printColumns() escapes control characters for a terminal, and only there", async () => {
  const rows = [[{ commit: "c", subject: "\x1b[31mred" }]];
  const subjects = [];
  for (const columns of [{ columns: 80 }, {}]) {
    const context = testContext(columns);
    await printColumns("commit", rows, testRun(context, { output: "csv" }));
    const [, line = ""] = context.out().split("\n");
    subjects.push(line.split(",")[1]);
  }
  assertEquals(subjects, ['"\\x1b[31mred"', '"\x1b[31mred"']);
});

Deno.test("printColumns() calls a value that does not fit a fault of the daemon", async () => {
  const context = testContext();
  await assertRejects(
    () =>
      printColumns(
        "commit",
        [[{ commit: "c", ts_ms: 2n ** 63n }]],
        testRun(context, { output: "csv" }),
      ),
    ProtocolError,
    'Cannot write column "ts_ms"',
  );
  assertEquals(context.out(), "");
});
