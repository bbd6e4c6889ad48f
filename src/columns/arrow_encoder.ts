// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Arrow's IPC stream.
 * @module
 */
import {
  batchType,
  bool,
  Column,
  columnFromArray,
  type DataType,
  int64,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from "@uwdata/flechette";
import type { ColumnKind, DataColumn } from "./data_columns.ts";
import type { ColumnBatch, ColumnEncoder } from "./column_encoder.ts";

/**
 * A message of a stream begins with this mark, and a mark with a length of 0 ends the stream. A
 * reader takes a stream that ends between two messages for a whole one. So the mark of the next
 * message is written with each message: a stream that is cut anywhere ends inside of a message.
 */
const MARK_BYTES = 4;
/** The mark at the end, and its length. */
const END_BYTES = 8;

/** One batch of rows is one record batch. */
export class ArrowEncoder implements ColumnEncoder {
  readonly idle: Uint8Array;
  readonly #columns: readonly ArrowColumn[];
  /** The schema and the mark of the next message. */
  readonly #start: Uint8Array;

  constructor(columns: readonly DataColumn[]) {
    this.#columns = columns.map(({ name, kind }) => ({
      name,
      type: typeOf(kind),
    }));
    const whole = this.#encode((type) => new Column([], type));
    this.#start = whole.subarray(0, whole.length - END_BYTES + MARK_BYTES);
    // A batch without rows.
    this.idle = this.#message((type) => new Column([makeEmpty(type)], type));
  }

  start(): Uint8Array {
    return this.#start;
  }

  encode(batch: ColumnBatch): Uint8Array {
    return this.#message((type, i) =>
      columnFromArray([...batch[i] ?? []], type)
    );
  }

  end(): Uint8Array {
    return new Uint8Array(END_BYTES - MARK_BYTES);
  }

  /** Returns a record batch after its mark, and the mark of the next message. */
  #message(fill: FillColumn): Uint8Array {
    const whole = this.#encode(fill);
    return whole.subarray(
      this.#start.length,
      whole.length - END_BYTES + MARK_BYTES,
    );
  }

  /** Returns a whole stream. */
  #encode(fill: FillColumn): Uint8Array {
    const table = tableFromColumns(
      this.#columns.map(({ name, type }, i) => [name, fill(type, i)]),
    );
    return tableToIPC(table, { format: "stream" }) ?? new Uint8Array();
  }
}

interface ArrowColumn {
  name: string;
  type: DataType;
}

type FillColumn = (type: DataType, index: number) => Column<unknown>;

function typeOf(kind: ColumnKind): DataType {
  switch (kind) {
    case "int":
      return int64();
    case "time":
      return timestamp(TimeUnit.MILLISECOND, "UTC");
    case "bool":
      return bool();
    case "text":
    case "json":
      return utf8();
  }
}

function makeEmpty(type: DataType) {
  const Empty = batchType(type);
  return new Empty({
    length: 0,
    nullCount: 0,
    type,
    validity: new Uint8Array(0),
    offsets: new Int32Array(1),
    values: new Uint8Array(0),
  });
}
