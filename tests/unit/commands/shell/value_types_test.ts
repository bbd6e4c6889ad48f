// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "@cliffy/command";
import {
  colorType,
  countType,
  durationType,
  formatType,
  statusType,
  textType,
  timeoutType,
  wordType,
} from "../../../../src/commands/shell/value_types.ts";
import { sourceType } from "../../../../src/commands/ingest/source_type.ts";

const arg = (value: string, label = "Option") => ({
  label,
  name: "--x",
  type: "x",
  value,
});

const good: [
  type: (it: ReturnType<typeof arg>) => unknown,
  text: string,
  value: unknown,
][] = [
  [wordType, "a-b", "a-b"],
  [wordType, "-", "-"],
  [wordType, "\0-x", "-x"],
  [textType, "\0", ""],
  [durationType, "1m30s", 90_000],
  [durationType, "0", 0],
  [timeoutType, "250ms", 250],
  [countType, "0", 0],
  [countType, "9007199254740991", Number.MAX_SAFE_INTEGER],
  [formatType, "trace", "trace"],
  [colorType, "auto", "auto"],
  [statusType, "rUNNING", "Running"],
  [sourceType, "codex", "codex"],
];
for (const [type, text, value] of good) {
  Deno.test(`${type.name}() reads "${text}"`, () => {
    assertEquals(type(arg(text)), value);
  });
}

const wrong: [type: (it: ReturnType<typeof arg>) => unknown, text: string][] = [
  [wordType, "\0"],
  [wordType, "--json"],
  [wordType, "-x"],
  [durationType, "soon"],
  [timeoutType, "0"],
  [countType, "-1"],
  [countType, "1e3"],
  [countType, "9007199254740992"],
  [countType, "\0"],
  [formatType, "JSON"],
  [statusType, "busy"],
  [sourceType, "Claude"],
];
for (const [type, text] of wrong) {
  Deno.test(`${type.name}() rejects "${text}", and names the option`, () => {
    assertThrows(() => type(arg(text)), ValidationError, "--x");
  });
}

Deno.test("wordType() reads an argument that starts with a dash as an unknown option", () => {
  assertThrows(
    () => wordType(arg("--foo", "Argument")),
    ValidationError,
    'Unknown option "--foo"',
  );
});
