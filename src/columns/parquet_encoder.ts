// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Parquet files.
 * @module
 */
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";
import type { Cell, ColumnKind, DataColumn } from "./data_columns.ts";
import type { ColumnBatch, ColumnEncoder } from "./column_encoder.ts";

type SchemaElement = ParquetWriter["schema"][number];

/**
 * One batch of rows is one row group. The footer, without which nothing can be read, is the end.
 */
export class ParquetEncoder implements ColumnEncoder {
  readonly idle = null;
  readonly #columns: readonly DataColumn[];
  readonly #bytes = new ByteWriter();
  readonly #file: ParquetWriter;

  constructor(columns: readonly DataColumn[]) {
    this.#columns = columns;
    this.#file = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: "kaizen", num_children: columns.length },
        ...columns.map(describe),
      ],
      createdBy: "kaizen",
    });
  }

  start(): Uint8Array {
    return this.#take();
  }

  encode(batch: ColumnBatch): Uint8Array {
    const columnData = this.#columns.map(({ name }, i) => ({
      name,
      data: (batch[i] ?? []).map(widen),
    }));
    this.#file.write({ columnData, rowGroupSize: batch[0]?.length ?? 0 });
    return this.#take();
  }

  end(): Uint8Array {
    this.#file.finish();
    return this.#take();
  }

  /** Takes the bytes out. Their number stays, as the footer tells where each part is. */
  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

/** The writer takes integers of 64 bits as bigints alone. */
function widen(cell: Cell): Cell {
  return typeof cell === "number" ? BigInt(cell) : cell;
}

function describe({ name, kind }: DataColumn): SchemaElement {
  return { name, repetition_type: "OPTIONAL", ...TYPES[kind] };
}

const TEXT = {
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
} as const satisfies Partial<SchemaElement>;

const TYPES = {
  text: TEXT,
  json: TEXT,
  int: { type: "INT64" },
  time: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  bool: { type: "BOOLEAN" },
} as const satisfies Record<ColumnKind, Partial<SchemaElement>>;
