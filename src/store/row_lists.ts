// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists of the rows of each session, in their order.
 *
 * New events of all sessions go to the end of their table, so that one written page serves several
 * events. (Sorted by session, most events would fall between full pages, and each would write five
 * pages instead of one.) An index would also write a page for each event. Therefore a session's own
 * row, which is written anyway, lists the newest rows. When there are many, they are filed together
 * as a block.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { readBlob, readInt, type Row } from "./rows.ts";
import { prepareAll, type Statements } from "./statements.ts";

/** Rows of a block. A session's row stays short with this number. */
export const BLOCK_ROWS = 128;

/** Rows of a session, in their order. */
export interface RowList {
  /** How many of them are filed in blocks. */
  readonly filed: number;
  /** Number of rows that are not filed. */
  readonly count: number;
  /** The last row that is not filed; 0 if there is none. */
  readonly last: number;
  /** The rows that are not filed, packed. */
  readonly tail: Uint8Array;
}

/** The list of a session without rows. */
export const NO_ROWS: RowList = {
  filed: 0,
  count: 0,
  last: 0,
  tail: new Uint8Array(),
};

/** Statements for lists; see `WRITE_SQL`. */
export const LIST_SQL = {
  file:
    "INSERT INTO blocks (session, kind, first, members) VALUES (?, 0, ?, ?)",
  read:
    "SELECT members FROM blocks WHERE session = ? AND kind = 0 ORDER BY first",
  readBlock:
    "SELECT members FROM blocks WHERE session = ? AND kind = 0 AND first = ?",
  changeBlock:
    "UPDATE blocks SET members = ? WHERE session = ? AND kind = 0 AND first = ?",
  dropBlock: "DELETE FROM blocks WHERE session = ? AND kind = 0 AND first = ?",
  lastBlock:
    "SELECT members FROM blocks WHERE session = ? AND kind = 0 ORDER BY first DESC LIMIT 1",
} as const;

/** Reads a list from a session's row. */
export function readList(row: Row): RowList {
  const tail = readBlob(row.events_tail);
  const rows = unpackRows(tail);
  return {
    filed: readInt(row.events_filed),
    count: rows.length,
    last: rows.at(-1) ?? 0,
    tail,
  };
}

/** Number of rows in a list. */
export function countRows({ filed, count }: RowList): number {
  return filed + count;
}

/** Reads and writes the blocks of lists through one connection. */
export class RowLists {
  readonly #sql: Statements<keyof typeof LIST_SQL>;

  constructor(db: DatabaseSync) {
    this.#sql = prepareAll(db, LIST_SQL);
  }

  /**
   * Appends a row, whose key must be greater than the last one. Files the newest rows when there
   * are many.
   *
   * @param seq Number of the row among all rows that the session ever had.
   */
  add(session: number, list: RowList, row: number, seq: number): RowList {
    const longer = {
      filed: list.filed,
      count: list.count + 1,
      last: row,
      tail: packRow(list.tail, row - list.last),
    };
    return longer.count < BLOCK_ROWS ? longer : this.file(session, longer, seq);
  }

  /**
   * Files the rows that are not filed yet.
   *
   * @param seq Number of the last one.
   */
  file(session: number, list: RowList, seq: number): RowList {
    if (list.count === 0) return list;
    this.#sql.file.run(session, seq + 1 - list.count, list.tail);
    return { ...NO_ROWS, filed: countRows(list) };
  }

  /** Returns the last row of a session; 0 if it has none. */
  lastOf({ key, events }: { key: number; events: RowList }): number {
    if (events.count > 0 || events.filed === 0) return events.last;
    const block = this.#sql.lastBlock.get(key);
    return block === undefined
      ? 0
      : unpackRows(readBlob(block.members)).at(-1) ?? 0;
  }

  /** Reads one block. Returns an empty list if there is none. */
  readBlock(session: number, first: number): number[] {
    const row = this.#sql.readBlock.get(session, first);
    return row === undefined ? [] : unpackRows(readBlob(row.members));
  }

  /** Shortens a block. Deletes it if no rows are left. */
  changeBlock(session: number, first: number, rows: readonly number[]): void {
    if (rows.length === 0) this.#sql.dropBlock.run(session, first);
    else this.#sql.changeBlock.run(packRows(rows), session, first);
  }

  /** Reads the list from its beginning. */
  *read(session: number, list: RowList): Generator<number> {
    if (list.filed > 0) {
      for (const { members } of this.#sql.read.iterate(session)) {
        yield* unpackRows(readBlob(members));
      }
    }
    yield* unpackRows(list.tail);
  }
}

/** Returns a list of ascending rows that are not filed. */
export function listRows(rows: readonly number[]): RowList {
  return {
    filed: 0,
    count: rows.length,
    last: rows.at(-1) ?? 0,
    tail: packRows(rows),
  };
}

const MORE = 0x80;
/** Packed length of the greatest safe integer in bytes. */
const MAX_PACKED_BYTES = 8;

/**
 * Appends a row that is `step` greater than the last to packed rows: seven bits in each byte, low
 * bits first.
 */
function packRow(packed: Uint8Array, step: number): Uint8Array {
  const longer = new Uint8Array(packed.length + MAX_PACKED_BYTES);
  longer.set(packed);
  let at = packed.length;
  let left = step;
  for (; left >= MORE; left = Math.floor(left / MORE)) {
    longer[at++] = left % MORE + MORE;
  }
  longer[at++] = left;
  return longer.subarray(0, at);
}

/** Packs ascending rows. */
export function packRows(rows: readonly number[]): Uint8Array {
  let packed: Uint8Array = new Uint8Array();
  let last = 0;
  for (const row of rows) {
    packed = packRow(packed, row - last);
    last = row;
  }
  return packed;
}

/** Unpacks rows. The first one is stored as its difference from 0. */
export function unpackRows(packed: Uint8Array): number[] {
  const rows: number[] = [];
  let row = 0;
  let unit = 1;
  for (const byte of packed) {
    row += (byte % MORE) * unit;
    unit *= MORE;
    if (byte >= MORE) continue;
    rows.push(row);
    unit = 1;
  }
  return rows;
}
