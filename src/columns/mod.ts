// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Records as columns with names and types: Arrow, Parquet and CSV. The packages that write the
 * first two are loaded when such an output is opened.
 * @module
 */
export type { ColumnFormat } from "./column_encoder.ts";
export { ColumnStream } from "./column_stream.ts";
export { cutPayload } from "./cut_payload.ts";
export { columnsOf, type RecordKindWithColumns } from "./data_columns.ts";
export { openEncoder } from "./open_encoder.ts";
