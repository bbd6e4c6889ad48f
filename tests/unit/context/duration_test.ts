// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { parseDuration, UsageError } from "../../../src/context/mod.ts";

const good: [text: string, ms: number][] = [
  ["0", 0],
  ["250", 250],
  ["250ms", 250],
  ["2s", 2000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  ["1h1m1s1ms", 3_661_001],
];
for (const [text, ms] of good) {
  Deno.test(`parseDuration("${text}") is ${ms} ms`, () => {
    assertEquals(parseDuration(text), ms);
  });
}

for (
  const text of [
    "",
    " 1s",
    "1 s",
    "s",
    "-1s",
    "1y",
    "1e3",
    "0x10",
    "1s2",
    "9".repeat(20),
  ]
) {
  Deno.test(`parseDuration("${text}") is refused`, () => {
    assertThrows(() => parseDuration(text), UsageError, "250ms");
  });
}
