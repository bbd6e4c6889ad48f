// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  BLOCK_ROWS,
  countRows,
  listRows,
  NO_ROWS,
  packRows,
  RowLists,
  unpackRows,
} from "../../../src/store/row_lists.ts";
import { openRaw, Store, tempStore } from "./_store.ts";

const rows = fc.uniqueArray(
  fc.oneof(fc.nat(300), fc.nat(100_000), fc.maxSafeNat()),
  { maxLength: 400 },
).map((list) => list.toSorted((a, b) => a - b));

Deno.test("unpackRows() returns what packRows() packed, which is short for neighbours", () => {
  fc.assert(fc.property(rows, (list) => {
    assertEquals(unpackRows(packRows(list)), list);
  }));
  const neighbours = Array.from(
    { length: 128 },
    (_, i) => 1_000_000_000 + 3 * i,
  );
  assert(packRows(neighbours).length < 140);
});

Deno.test("RowLists returns a session's rows in order, however many are filed and gone", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  const lists = new RowLists(db);
  const expected: number[][] = [[], []];
  const made = [NO_ROWS, NO_ROWS];
  for (let row = 1; row <= 2 * (2 * BLOCK_ROWS + 30); row++) {
    const session = row % 2;
    const all = expected[session] ?? [];
    const list = made[session] ?? NO_ROWS;
    made[session] = lists.add(session, list, row, all.length);
    all.push(row);
  }
  for (const [session, list] of made.entries()) {
    const all = expected[session] ?? [];
    assertEquals([list.filed, list.count, list.last], [
      2 * BLOCK_ROWS,
      30,
      all.at(-1),
    ]);
    assertEquals(countRows(list), all.length);
    assertEquals([...lists.read(session, list)], all);
    const seq = all.length - 1;
    const filed = lists.file(session, list, seq);
    assertEquals([filed.filed, filed.count], [all.length, 0]);
    assertEquals([...lists.read(session, filed)], all);
    assertEquals(lists.file(session, filed, seq), filed);
    // Blocks are called by the number of their first row.
    assertEquals(lists.readBlock(session, BLOCK_ROWS), all.slice(128, 256));
    lists.changeBlock(session, 0, []);
    lists.changeBlock(session, BLOCK_ROWS, all.slice(250, 256));
    assertEquals([...lists.read(session, filed)], all.slice(250));
    assertEquals(lists.readBlock(session, 0), []);
  }
});

Deno.test("listRows() makes the list that adding one row after the other makes", () => {
  fc.assert(fc.property(rows, (list) => {
    const made = listRows(list);
    assertEquals(unpackRows(made.tail), list);
    assertEquals([made.filed, made.count, made.last], [
      0,
      list.length,
      list.at(-1) ?? 0,
    ]);
  }));
});
