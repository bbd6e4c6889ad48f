// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "@cliffy/command";
import {
  resolveSince,
  sinceType,
} from "../../../../src/commands/shell/since.ts";

const NOW = Date.UTC(2026, 7, 22, 12);
const DAY = 86_400_000;
const local = new Date(2026, 7, 22, 10).getTime();

const table: [text: string, ms: number][] = [
  ["7d", NOW - 7 * DAY],
  ["24h", NOW - DAY],
  ["90m", NOW - 5_400_000],
  ["1h30m", NOW - 5_400_000],
  ["1714000000000", 1_714_000_000_000],
  ["0", 0],
  ["2026-08-22T10:00:00Z", Date.UTC(2026, 7, 22, 10)],
  ["2026-08-22T10:00:00.250+02:00", Date.UTC(2026, 7, 22, 8) + 250],
  ["2026-08-22 10:00Z", Date.UTC(2026, 7, 22, 10)],
  ["2026-08-22T10:00", local],
  ["2026-08-22", new Date(2026, 7, 22).getTime()],
  ["9999999d", 0],
];
const arg = (value: string) => ({
  label: "Option",
  name: "--since",
  type: "since",
  value,
});
for (const [text, ms] of table) {
  Deno.test(`sinceType() reads ${text}`, () => {
    assertEquals(resolveSince(sinceType(arg(text)), NOW), ms);
  });
}

for (
  const text of [
    "",
    "yesterday",
    "-1d",
    "2026-13-01",
    "2026-08-22T25:00Z",
    "12:00",
    "1e3",
    "99999999999999999999",
  ]
) {
  Deno.test(`sinceType() rejects "${text}"`, () => {
    assertThrows(() => sinceType(arg(text)), ValidationError, "--since");
  });
}
