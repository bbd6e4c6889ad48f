// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "../../../../src/client/mod.ts";
import { passThrough } from "../../../../src/commands/ask/pass_through.ts";
import { fakeAnswer } from "../_answer.ts";
import { testContext, testRun } from "../_context.ts";

Deno.test("passThrough() prints the answer and a line feed, for any size of chunks", async () => {
  for (const size of [1, 2, 3, 7, Infinity]) {
    const context = testContext();
    await passThrough(fakeAnswer('{"é":1.0}', size), testRun(context));
    assertEquals(context.out(), '{"é":1.0}\n');
  }
});

Deno.test("passThrough() does not print the last byte of an answer that ends early", async () => {
  for (const size of [1, 3, Infinity]) {
    const context = testContext();
    const answer = fakeAnswer('{"a":1}', size, new ProtocolError("cut"));
    await assertRejects(
      () => passThrough(answer, testRun(context)),
      ProtocolError,
    );
    assertEquals(context.out(), '{"a":1');
  }
});
