// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { SeqTable } from "../../../src/events/_seq_table.ts";

Deno.test("SeqTable returns what was set, null for all else", () => {
  const table = new SeqTable();
  const values: [key: number, seq: number][] = [
    [0, 0],
    [1, 4294967294],
    [255, 7],
    [256, 8],
    [2 ** 40 + 3, 9],
  ];
  for (const [key, seq] of values) table.set(key, seq);
  for (const [key, seq] of values) assertEquals(table.get(key), seq);
  assertEquals([table.get(2), table.get(257), table.get(512)], [
    null,
    null,
    null,
  ]);
  table.set(1, null);
  table.set(9999, null);
  assertEquals([table.get(1), table.get(0), table.get(9999)], [null, 0, null]);
});
