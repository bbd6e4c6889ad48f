// SPDX-License-Identifier: AGPL-3.0-or-later
/** Rows of odd values for the encoders, and streams of them. */
import fc from "fast-check";
import type { ColumnEncoder } from "../../../src/columns/column_encoder.ts";
import type {
  Cell,
  ColumnKind,
  DataColumn,
} from "../../../src/columns/data_columns.ts";

/** One column of each kind. */
export const KINDS = ["text", "int", "time", "bool", "json"] as const;

/** Columns that are named after their kinds. */
export const columns: DataColumn[] = KINDS.map((kind, i) => ({
  name: kind,
  kind,
  read: (record) => Array.isArray(record) ? record[i] : null,
}));

const odd = fc.constantFrom(
  "",
  '"',
  '""',
  "\n",
  "\r\n",
  ",",
  "=1+1",
  "\0",
  "\x1b[31m",
  "ü🦕",
  "\u2028",
  " x ",
  "null",
  "NULL",
);

/** Text with what separates cells, quotes them or ends lines, and no lone surrogates. */
export const text: fc.Arbitrary<string> = fc.oneof(
  odd,
  fc.array(fc.oneof(odd, fc.string({ unit: "grapheme", maxLength: 4 })), {
    maxLength: 6,
  }).map((parts) => parts.join("")),
);

const cells: Record<ColumnKind, fc.Arbitrary<Cell>> = {
  text,
  json: text.map((it) => JSON.stringify({ it })),
  bool: fc.boolean(),
  int: fc.oneof(
    fc.maxSafeInteger(),
    fc.constantFrom(0, -1, 2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n),
  ),
  time: fc.integer({ min: 0, max: 8.64e15 }),
};

/** A row with a cell for each of the {@linkcode columns}. */
export const row: fc.Arbitrary<Cell[]> = fc.tuple(
  ...KINDS.map((kind) => fc.option(cells[kind], { freq: 4 })),
);

/** Batches of at least one row. */
export const batches: fc.Arbitrary<Cell[][][]> = fc.array(
  fc.array(row, { minLength: 1, maxLength: 30 }),
  { maxLength: 4 },
);

/** Returns rows as an encoder takes them. */
export function turn(rows: readonly (readonly Cell[])[]): Cell[][] {
  return KINDS.map((_, i) => rows.map((row) => row[i] ?? null));
}

/** Returns what an encoder writes: start, each batch, end. */
export function encodeAll(
  encoder: ColumnEncoder,
  batches: readonly (readonly (readonly Cell[])[])[],
): Uint8Array[] {
  return [
    encoder.start().slice(),
    ...batches.map((rows) => encoder.encode(turn(rows)).slice()),
    encoder.end().slice(),
  ];
}

/** Returns the value as a reader with bigints for all integers has it. */
export function widen(cell: Cell): Cell {
  return typeof cell === "number" ? BigInt(cell) : cell;
}
