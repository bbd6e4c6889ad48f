// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * CSV as RFC 4180 has it, in UTF-8, with the names in the first line and line feeds between the
 * lines.
 * @module
 */
import type { Cell, ColumnKind, DataColumn } from "./data_columns.ts";
import type { ColumnBatch, ColumnEncoder } from "./column_encoder.ts";

const encoder = new TextEncoder();
/** The largest distance from 1970 that a date can have, in milliseconds. */
const MAX_DATE_MS = 8.64e15;

/**
 * Texts are always in quotes, so that an empty text is not a null, which is nothing at all.
 *
 * Nothing in a CSV says where it ends. So the last line is held back but for its first character,
 * which is a quote: output that is cut between two writes ends inside of a quoted text.
 */
export class CsvEncoder implements ColumnEncoder {
  readonly idle = null;
  readonly #columns: readonly DataColumn[];
  #held = "";

  constructor(columns: readonly DataColumn[]) {
    this.#columns = columns;
  }

  start(): Uint8Array {
    return this.#hold([this.#columns.map(({ name }) => quote(name)).join()]);
  }

  encode(batch: ColumnBatch): Uint8Array {
    const lines: string[] = [];
    const rows = batch[0]?.length ?? 0;
    for (let row = 0; row < rows; row++) {
      const cells = this.#columns.map(({ kind }, i) =>
        writeCell(kind, batch[i]?.[row] ?? null)
      );
      lines.push(cells.join());
    }
    return this.#hold(lines);
  }

  end(): Uint8Array {
    return encoder.encode(this.#held);
  }

  #hold(lines: readonly string[]): Uint8Array {
    const text = lines.map((line) => `${line}\n`);
    const last = text.pop() ?? "";
    const ready = this.#held + text.join("") + last.slice(0, 1);
    this.#held = last.slice(1);
    return encoder.encode(ready);
  }
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function writeCell(kind: ColumnKind, cell: Cell): string {
  if (typeof cell === "string") return quote(cell);
  if (cell === null) return "";
  const isDate = kind === "time" && typeof cell === "number" &&
    Math.abs(cell) <= MAX_DATE_MS;
  return isDate ? new Date(cell).toISOString() : String(cell);
}
