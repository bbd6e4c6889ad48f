// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cellWidth } from "../../../src/output/cells.ts";
import { type Column, renderTable } from "../../../src/output/table.ts";

interface Row {
  id: string;
  name: string;
  size: string;
}
const columns: Column<Row>[] = [
  { title: "ID", text: ({ id }) => id, priority: 0, min: 6, max: 20 },
  { title: "NAME", text: ({ name }) => name, priority: 2, min: 8 },
  {
    title: "SIZE",
    text: ({ size }) => size,
    priority: 1,
    min: 4,
    align: "right",
  },
];
const plain = (text: string) => text;
const rows: Row[] = [
  { id: "abcdefgh-1", name: "the first of them", size: "12" },
  { id: "b", name: "你好", size: "3456" },
];

Deno.test("renderTable() aligns by cells and leaves the line's end bare", () => {
  assertEquals(renderTable(rows, columns, { width: null, titleBrush: plain }), [
    "ID          NAME               SIZE",
    "abcdefgh-1  the first of them    12",
    "b           你好               3456",
  ]);
});

Deno.test("renderTable() cuts the widest column first", () => {
  assertEquals(renderTable(rows, columns, { width: 30, titleBrush: plain }), [
    "ID          NAME          SIZE",
    "abcdefgh-1  the first o…    12",
    "b           你好          3456",
  ]);
});

Deno.test("renderTable() drops the column of the highest priority where cutting is not enough", () => {
  assertEquals(renderTable(rows, columns, { width: 20, titleBrush: plain }), [
    "ID          SIZE",
    "abcdefgh-1    12",
    "b           3456",
  ]);
  assertEquals(renderTable(rows, columns, { width: 8, titleBrush: plain }), [
    "ID",
    "abcdefg…",
    "b",
  ]);
});

Deno.test("renderTable() drops a column rather than cut one that may not be cut", () => {
  const [first, ...others] = columns;
  const money: Column<Row> = {
    title: "COST",
    text: () => "$1234.56",
    priority: 1,
  };
  if (first === undefined) throw new TypeError("no column");
  const shown = (width: number) =>
    renderTable(rows, [first, money, ...others], { width, titleBrush: plain });
  assertEquals(shown(26)[1], "abcdefgh-1  $1234.56    12");
  assertEquals(shown(16)[1], "abcdefgh-1");
});

Deno.test("renderTable() cuts what may not drop where there is no other way", () => {
  const both = columns.map((column) => ({ ...column, priority: 0 }));
  for (
    const line of renderTable(rows, both, { width: 12, titleBrush: plain })
  ) {
    assert(cellWidth(line) <= 12, line);
  }
});

Deno.test("renderTable() puts the rows of steady columns in the same place, with any content", () => {
  const steady: Column<Row>[] = [
    { title: "ID", text: ({ id }) => id, priority: 0, steady: 6 },
    {
      title: "SIZE",
      text: ({ size }) => size,
      priority: 1,
      steady: 5,
      align: "right",
    },
    { title: "NAME", text: ({ name }) => name, priority: 2, min: 4, max: 99 },
  ];
  const show = (row: Row, width: number | null) =>
    renderTable([row], steady, { width, titleBrush: plain, isSteady: true });
  const none = { id: "", name: "", size: "" };
  const long = { id: "abcdefgh-1", name: "x".repeat(50), size: "123" };
  for (const width of [40, null]) {
    assertEquals(show(none, width)[0], "ID       SIZE  NAME");
    assertEquals(show(long, width)[0], "ID       SIZE  NAME");
  }
  assertEquals(show(long, 40)[1], `abcde…    123  ${"x".repeat(24)}…`);
  assertEquals(show(long, null)[1], `abcdefgh-1    123  ${"x".repeat(50)}`);
});

Deno.test("renderTable() leaves out a column that is empty, but not the first", () => {
  const empty = [{ id: "", name: "", size: "1" }];
  assertEquals(renderTable(empty, columns, { width: 80, titleBrush: plain }), [
    "ID  SIZE",
    "       1",
  ]);
});

Deno.test("renderTable() escapes cells before it measures them", () => {
  const hostile = [{ id: "a\x1b[2J\n", name: "\u202e", size: "" }];
  assertEquals(
    renderTable(hostile, columns, { width: 80, titleBrush: plain }),
    [
      "ID          NAME",
      "a\\x1b[2J\\n  \\u{202e}",
    ],
  );
});

Deno.test("renderTable() fits any rows into any width, and keeps its columns straight", () => {
  const cell = fc.array(
    fc.constantFrom("a", "b", "你", "🎉", "e\u0301", " ", "\x1b", "\n"),
    { maxLength: 60 },
  ).map((chars) => chars.join(""));
  const anyRows = fc.array(
    fc.record({ id: cell, name: cell, size: cell }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(anyRows, fc.integer({ min: 6, max: 120 }), (rows, width) => {
      const lines = renderTable(rows, columns, { width, titleBrush: plain });
      assertEquals(lines.length, rows.length + 1);
      for (const line of lines) assert(cellWidth(line) <= width, line);
    }),
  );
});

Deno.test("renderTable() lays out 10,000 rows", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    id: `session-${i}`,
    name: "你好".repeat(i % 30),
    size: String(i),
  }));
  const lines = renderTable(many, columns, { width: 60, titleBrush: plain });
  assertEquals(lines.length, 10_001);
  assert(lines.every((line) => cellWidth(line) <= 60));
});
