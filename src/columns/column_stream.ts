// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Writes records as columns, batch by batch.
 * @module
 */
import type { Cell, DataColumn } from "./data_columns.ts";
import type { ColumnEncoder } from "./column_encoder.ts";

/** A batch is written when it has this many rows, or texts of this many characters. */
const BATCH_ROWS = 10_000;
const BATCH_CHARACTERS = 8 * 1024 * 1024;

/** The output of the columns. */
export interface ColumnStreamOptions {
  columns: readonly DataColumn[];
  encoder: ColumnEncoder;
  /** Is applied to each text, and to the text of JSON. */
  edit?: (text: string) => string;
  /** Is awaited before the next batch is made, so that a slow reader slows the stream down. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Collects rows and writes them in batches, so that it holds one batch and no more. */
export class ColumnStream {
  readonly #options: ColumnStreamOptions;
  #batch: Cell[][] = [];
  #rows = 0;
  #characters = 0;
  #isStarted = false;

  constructor(options: ColumnStreamOptions) {
    this.#options = options;
  }

  /**
   * Bytes that may be written while nothing else is; null if there are none, as before the first
   * bytes of the stream.
   */
  get idle(): Uint8Array | null {
    return this.#isStarted ? this.#options.encoder.idle : null;
  }

  /** Writes what comes before the first row, if it was not written yet. */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    await this.#options.write(this.#options.encoder.start());
  }

  /**
   * Adds records, and writes the batches that are full.
   *
   * @throws {AnswerError} If a value does not fit its column.
   */
  async add(records: Iterable<unknown>): Promise<void> {
    for (const record of records) {
      for (const [i, { read }] of this.#options.columns.entries()) {
        const cell = this.#edit(read(record));
        (this.#batch[i] ??= []).push(cell);
        if (typeof cell === "string") this.#characters += cell.length;
      }
      this.#rows++;
      if (this.#rows >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) {
        await this.flush();
      }
    }
  }

  #edit(cell: Cell): Cell {
    const { edit } = this.#options;
    return edit && typeof cell === "string" ? edit(cell) : cell;
  }

  /** Writes the rows that were added. */
  async flush(): Promise<void> {
    await this.start();
    if (this.#rows === 0) return;
    const bytes = this.#options.encoder.encode(this.#batch);
    this.#batch = [];
    this.#rows = 0;
    this.#characters = 0;
    await this.#options.write(bytes);
  }

  /** Writes the rest. Without it, readers know the output as cut. */
  async end(): Promise<void> {
    await this.flush();
    await this.#options.write(this.#options.encoder.end());
  }
}
