// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type {
  ColumnBatch,
  ColumnEncoder,
} from "../../../src/columns/column_encoder.ts";
import { ColumnStream } from "../../../src/columns/mod.ts";
import { columns } from "./_rows.ts";

/** An encoder that writes the number of rows of each batch. */
class Counter implements ColumnEncoder {
  readonly idle = Uint8Array.of(0);
  start = () => Uint8Array.of(1);
  encode = (batch: ColumnBatch) => new Uint8Array(batch[0]?.length ?? 0);
  end = () => Uint8Array.of(2, 2);
}

function open(): { stream: ColumnStream; written: number[] } {
  const written: number[] = [];
  const stream = new ColumnStream({
    columns,
    encoder: new Counter(),
    write: (bytes) => {
      written.push(bytes.length);
      return Promise.resolve();
    },
  });
  return { stream, written };
}

Deno.test("ColumnStream writes a batch of 10,000 rows, and the rest at its end", async () => {
  const { stream, written } = open();
  await stream.add(Array.from({ length: 20_001 }, () => ["a"]));
  assertEquals(written, [1, 10_000, 10_000]);
  await stream.end();
  assertEquals(written, [1, 10_000, 10_000, 1, 2]);
});

Deno.test("ColumnStream writes a batch early if its texts are long", async () => {
  const { stream, written } = open();
  const long = "x".repeat(3 * 1024 * 1024);
  await stream.add(Array.from({ length: 7 }, () => [long]));
  assertEquals(written, [1, 3, 3]);
});

Deno.test("ColumnStream writes its beginning once, and idle bytes only after it", async () => {
  const { stream, written } = open();
  assertEquals(stream.idle, null);
  await stream.start();
  await stream.start();
  assertEquals(stream.idle, Uint8Array.of(0));
  await stream.add([["a"]]);
  await stream.flush();
  await stream.flush();
  await stream.end();
  assertEquals(written, [1, 1, 2]);
});

Deno.test("ColumnStream edits texts, and nothing else", async () => {
  const cells: unknown[] = [];
  const counter = new Counter();
  const stream = new ColumnStream({
    columns,
    encoder: {
      ...counter,
      encode: (batch) => {
        cells.push(...batch.flat());
        return counter.encode(batch);
      },
    },
    edit: (text) => text.toUpperCase(),
    write: () => Promise.resolve(),
  });
  await stream.add([["a", 1, 2, true, '{"k":null}'], [
    null,
    null,
    null,
    null,
    null,
  ]]);
  await stream.end();
  assertEquals(cells, [
    "A",
    null,
    1,
    null,
    2,
    null,
    true,
    null,
    '{"K":NULL}',
    null,
  ]);
});
