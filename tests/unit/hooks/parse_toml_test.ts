// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { AgentFileError } from "../../../src/hooks/errors.ts";
import { parseToml } from "../../../src/hooks/parse_toml.ts";

Deno.test("parseToml() refuses what is no TOML, or would take long to parse", () => {
  assertEquals(parseToml("a.b = 1\n", "hooks"), { a: { b: 1 } });
  assertThrows(
    () => parseToml("a = 1\na = 2\n", "hooks"),
    AgentFileError,
    "it is no TOML that hooks can be added to:",
  );
  assertThrows(
    () => parseToml(`${"a.".repeat(200_000)}a = 1\n`, "hooks"),
    AgentFileError,
    "it must have <= 262144 characters: it has 400006",
  );
});
