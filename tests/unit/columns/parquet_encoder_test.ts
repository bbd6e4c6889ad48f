// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { ParquetEncoder } from "../../../src/columns/parquet_encoder.ts";
import { joinBytes } from "../../../src/proto/mod.ts";
import { batches, columns, encodeAll, KINDS, widen } from "./_rows.ts";

const toBuffer = (pieces: Uint8Array[]) => joinBytes(pieces).slice().buffer;

Deno.test("ParquetEncoder writes what is read back, in one row group a batch", async () => {
  await fc.assert(fc.asyncProperty(batches, async (batches) => {
    const file = toBuffer(encodeAll(new ParquetEncoder(columns), batches));
    const { row_groups, num_rows } = parquetMetadata(file);
    assertEquals(
      row_groups.map((group) => Number(group.num_rows)),
      batches.map(({ length }) => length),
    );
    assertEquals(Number(num_rows), batches.flat().length);
    const rows = await parquetReadObjects({ file });
    assertEquals(
      rows.map((row) =>
        KINDS.map((name) =>
          row[name] instanceof Date
            ? BigInt(row[name].getTime())
            : row[name] ?? null
        )
      ),
      batches.flat().map((row) => row.map(widen)),
    );
  }));
});

Deno.test("ParquetEncoder declares the types, all with nulls", () => {
  const file = toBuffer(encodeAll(new ParquetEncoder(columns), []));
  const { children } = parquetSchema(parquetMetadata(file));
  assertEquals(
    children.map(({ element }) => [
      element.name,
      element.type,
      element.converted_type,
      element.repetition_type,
    ]),
    [
      ["text", "BYTE_ARRAY", "UTF8", "OPTIONAL"],
      ["int", "INT64", undefined, "OPTIONAL"],
      ["time", "INT64", "TIMESTAMP_MILLIS", "OPTIONAL"],
      ["bool", "BOOLEAN", undefined, "OPTIONAL"],
      ["json", "BYTE_ARRAY", "UTF8", "OPTIONAL"],
    ],
  );
  assertEquals(children[2]?.element.logical_type, {
    type: "TIMESTAMP",
    isAdjustedToUTC: true,
    unit: "MILLIS",
  });
});

Deno.test("ParquetEncoder writes nothing that can be read before its end", () => {
  fc.assert(fc.property(batches, (batches) => {
    const pieces = encodeAll(new ParquetEncoder(columns), batches);
    for (let n = 1; n < pieces.length; n++) {
      const cut = toBuffer(pieces.slice(0, n));
      assertThrows(() => parquetMetadata(cut), Error, "parquet file");
    }
  }));
});
