// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { tableFromIPC } from "@uwdata/flechette";
import fc from "fast-check";
import { ArrowEncoder } from "../../../src/columns/arrow_encoder.ts";
import { joinBytes } from "../../../src/proto/mod.ts";
import { batches, columns, encodeAll, KINDS, turn, widen } from "./_rows.ts";

/** The mark before each message of a stream. */
const MARK = [255, 255, 255, 255];

/** Reads a stream back, column by column. */
function read(stream: Uint8Array): unknown[][] {
  const table = tableFromIPC(stream, {
    useBigInt: true,
    useDate: false,
    useDecimalInt: false,
  });
  assertEquals(table.names, [...KINDS]);
  return KINDS.map((name) => [...table.getChild(name)]);
}

Deno.test("ArrowEncoder writes what is read back, in one record batch a batch", () => {
  fc.assert(fc.property(batches, (batches) => {
    const stream = joinBytes(encodeAll(new ArrowEncoder(columns), batches));
    const expected = turn(batches.flat());
    assertEquals(
      read(stream).map((cells) => cells.map(toBig)),
      expected.map((cells) => cells.map(widen)),
    );
  }));
});

/** Times are read as numbers. */
function toBig(cell: unknown): unknown {
  return typeof cell === "number" ? BigInt(cell) : cell;
}

Deno.test("ArrowEncoder writes the mark of the next message with each, so that a cut stream ends inside of one", () => {
  fc.assert(fc.property(batches, (batches) => {
    const pieces = encodeAll(new ArrowEncoder(columns), batches);
    for (let n = 1; n < pieces.length; n++) {
      const cut = joinBytes(pieces.slice(0, n));
      assertEquals([...cut.subarray(-4)], MARK);
      assertEquals(cut.length % 8, 4);
    }
    assertEquals([...pieces.at(-1) ?? []], [0, 0, 0, 0]);
  }));
});

Deno.test("ArrowEncoder has bytes that add no row at any place", () => {
  const encoder = new ArrowEncoder(columns);
  const rows = [["a", 1, 2, true, "{}"]];
  const stream = joinBytes([
    encoder.start(),
    encoder.idle,
    encoder.encode(turn(rows)),
    encoder.idle,
    encoder.idle,
    encoder.end(),
  ]);
  assert(encoder.idle.length > 0);
  assertEquals(read(stream), [["a"], [1n], [2], [true], ["{}"]]);
});
