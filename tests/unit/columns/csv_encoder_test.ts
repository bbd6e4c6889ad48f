// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CsvEncoder } from "../../../src/columns/csv_encoder.ts";
import type { Cell } from "../../../src/columns/data_columns.ts";
import { joinBytes } from "../../../src/proto/mod.ts";
import { batches, columns, encodeAll, KINDS } from "./_rows.ts";

/** A cell of a CSV: its text, or null if nothing is there. */
type CsvCell = string | null;

/** Reads a CSV strictly. @throws {SyntaxError} If it is not whole. */
function parse(csv: string): CsvCell[][] {
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))([,\n])/gy;
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const found = cell.exec(csv);
    if (found === null) throw new SyntaxError(`no cell at ${at}`);
    const [, quoted, plain, end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? (plain || null));
    if (end !== "\n") continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new SyntaxError("a line without its end");
  return rows;
}

function toText(cell: Cell, kind: typeof KINDS[number]): CsvCell {
  if (cell === null) return null;
  return kind === "time" && typeof cell === "number"
    ? new Date(cell).toISOString()
    : String(cell);
}

Deno.test("CsvEncoder writes what a strict reader of RFC 4180 reads back, null and empty apart", () => {
  fc.assert(fc.property(batches, (batches) => {
    const bytes = joinBytes(encodeAll(new CsvEncoder(columns), batches));
    assertEquals(parse(new TextDecoder().decode(bytes)), [
      [...KINDS],
      ...batches.flat().map((row) =>
        row.map((cell, i) => toText(cell, KINDS[i] ?? "text"))
      ),
    ]);
  }));
});

Deno.test("CsvEncoder writes output that is not whole if it is cut between any two writes", () => {
  fc.assert(fc.property(batches, (batches) => {
    const pieces = encodeAll(new CsvEncoder(columns), batches);
    for (let n = 1; n < pieces.length; n++) {
      const cut = new TextDecoder().decode(joinBytes(pieces.slice(0, n)));
      assertThrows(() => parse(cut), SyntaxError);
    }
  }));
});

Deno.test("CsvEncoder writes texts in quotes, times in RFC 3339, and nothing for null", () => {
  const rows = [["a,b", 2n ** 63n - 1n, 0, true, '{"k":1}'], [
    "",
    null,
    8.65e15,
    false,
    null,
  ]];
  const pieces = encodeAll(new CsvEncoder(columns), [rows]);
  assertEquals(
    new TextDecoder().decode(joinBytes(pieces)),
    '"text","int","time","bool","json"\n' +
      '"a,b",9223372036854775807,1970-01-01T00:00:00.000Z,true,"{""k"":1}"\n' +
      '"",,8650000000000000,false,\n',
  );
});
