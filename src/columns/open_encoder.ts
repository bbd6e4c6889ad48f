// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens the encoder of a format.
 * @module
 */
import type { ColumnEncoder, ColumnFormat } from "./column_encoder.ts";
import type { DataColumn } from "./data_columns.ts";

/**
 * Returns a new encoder, and loads the package that it needs.
 *
 * @param columns The columns in their order.
 */
export async function openEncoder(
  format: ColumnFormat,
  columns: readonly DataColumn[],
): Promise<ColumnEncoder> {
  switch (format) {
    case "arrow": {
      const { ArrowEncoder } = await import("./arrow_encoder.ts");
      return new ArrowEncoder(columns);
    }
    case "parquet": {
      const { ParquetEncoder } = await import("./parquet_encoder.ts");
      return new ParquetEncoder(columns);
    }
    case "csv": {
      const { CsvEncoder } = await import("./csv_encoder.ts");
      return new CsvEncoder(columns);
    }
  }
}
