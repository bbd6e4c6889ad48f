// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { confirm } from "../../../../src/commands/shell/confirm.ts";
import { testContext, testRun } from "../_context.ts";

const table: [typed: string, isYes: boolean][] = [
  ["y\n", true],
  ["YES\n", true],
  [" yes \r\n", true],
  ["y", true],
  ["\n", false],
  ["", false],
  ["n\ny\n", false],
  ["yess\n", false],
];
for (const [typed, isYes] of table) {
  Deno.test(`confirm() takes ${JSON.stringify(typed)} for ${isYes ? "yes" : "no"}`, async () => {
    const context = testContext({ stdin: typed });
    assertEquals(await confirm("Sure?", testRun(context)), isYes);
    assertEquals([context.out(), context.err()], ["", "Sure? [y/N] "]);
  });
}
