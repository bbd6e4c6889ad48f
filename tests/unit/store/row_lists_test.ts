// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  BLOCK_ROWS,
  countRows,
  type ListKind,
  NO_ROWS,
  packRows,
  type RowList,
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

Deno.test("RowLists returns a session's rows in order, from both ends, however many are filed", () => {
  using temp = tempStore();
  Store.open(temp.path).close();
  using db = openRaw(temp.path);
  const lists = new RowLists(db);
  const kinds: ListKind[] = ["events", "spans"];
  const expected = new Map<string, number[]>();
  const made = new Map<string, RowList>();
  for (let row = 1; row <= 4 * (2 * BLOCK_ROWS + 30); row++) {
    const session = row % 2;
    const kind = kinds[Math.floor(row / 2) % 2] ?? "events";
    const name = `${session} ${kind}`;
    made.set(name, lists.add(session, kind, made.get(name) ?? NO_ROWS, row));
    expected.set(name, [...expected.get(name) ?? [], row]);
  }
  for (const [name, list] of made) {
    const [session, kind] = [
      Number(name.slice(0, 1)),
      kinds[name.endsWith("spans") ? 1 : 0] ?? "events",
    ];
    const all = expected.get(name) ?? [];
    assertEquals([list.filed, list.count, list.last], [
      2 * BLOCK_ROWS,
      30,
      all.at(-1),
    ]);
    assertEquals(countRows(list), all.length);
    assertEquals([...lists.read(session, kind, list)], all);
    assertEquals([...lists.readBack(session, kind, list)], all.toReversed());
    const filed = lists.file(session, kind, list);
    assertEquals([filed.filed, filed.count], [all.length, 0]);
    assertEquals([...lists.read(session, kind, filed)], all);
    assertEquals(lists.file(session, kind, filed), filed);
  }
});
