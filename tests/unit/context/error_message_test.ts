// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { errorMessage } from "../../../src/context/error_message.ts";

Deno.test("errorMessage() returns the message of any thrown value", () => {
  assertEquals([
    errorMessage(new Error("a")),
    errorMessage("b"),
    errorMessage(null),
  ], [
    "a",
    "b",
    "null",
  ]);
});
