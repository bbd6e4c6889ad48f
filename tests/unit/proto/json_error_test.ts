// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { JsonError } from "../../../src/proto/json_error.ts";

Deno.test("JsonError says the offset, or line and column of a document", () => {
  const document = new TextEncoder().encode('{\n "é": x}');
  const error = new JsonError("expected a value", 8, document);
  assertEquals(error.message, "expected a value at line 2 column 7");
  assertEquals(new JsonError("no", 8).message, "no at offset 8");
  assertEquals([error.name, error.reason, error.offset], [
    "JsonError",
    "expected a value",
    8,
  ]);
  assert(error instanceof SyntaxError);
});
