// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The common form of the encoders.
 * @module
 */
import type { Cell } from "./data_columns.ts";

/** Formats of columns. */
export type ColumnFormat = "arrow" | "parquet" | "csv";

/** Rows as columns: one list of cells for each column, all of the same length, at least 1. */
export type ColumnBatch = readonly (readonly Cell[])[];

/**
 * Encodes batches of rows. Write its results in this order: start, each batch, end.
 * Output that stops before `end` is not complete, and its readers can tell.
 */
export interface ColumnEncoder {
  /** Returns the bytes before the first batch. */
  start(): Uint8Array;
  encode(batch: ColumnBatch): Uint8Array;
  end(): Uint8Array;
  /** Bytes that may be written between two batches and mean nothing; null if there are none. */
  readonly idle: Uint8Array | null;
}
