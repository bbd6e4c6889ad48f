// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { findNearest } from "../../../../src/commands/shell/nearest.ts";

const COMMANDS = ["status", "stop", "sessions", "detail", "ingest", "store"];

const table: [word: string, nearest: string | null][] = [
  ["sesions", "sessions"],
  ["session", "sessions"],
  ["SESSIONS", "sessions"],
  ["statsu", "status"],
  ["stpo", "stop"],
  ["sotre", "store"],
  ["ses", "sessions"],
  ["dteail", "detail"],
  ["se", null],
  ["xyz", null],
  ["banana", null],
  ["", null],
];
for (const [word, nearest] of table) {
  Deno.test(`findNearest() takes "${word}" for ${nearest}`, () => {
    assertEquals(findNearest(word, COMMANDS), nearest);
  });
}

Deno.test("findNearest() of no candidates is null", () => {
  assertEquals(findNearest("x", []), null);
});
