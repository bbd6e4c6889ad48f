// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which rows are a session's, in their order.
 *
 * Events and spans of all sessions are added at the end of their tables, wherever the session's earlier ones are: a page written for one
 * serves the next, whosever it is. (Kept together by session instead, most events would be put between full pages, and five be written
 * where one is now.) An index of them would cost a page for each event; so a session's newest rows are listed in its own row, which is
 * written anyway, and when they have become many they are filed together as a block.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readBlob, readInt, type Row } from "./rows.ts";

/** Rows of a block: few enough that a session's row stays short. */
export const BLOCK_ROWS = 128;

/** What is listed. */
export type ListKind = "events" | "spans";

/** Rows of a session, in their order. */
export interface RowList {
  /** How many of them are filed in blocks. */
  readonly filed: number;
  /** How many are behind them. */
  readonly count: number;
  /** The last of these, 0 without any. */
  readonly last: number;
  /** These, packed. */
  readonly tail: Uint8Array;
}

/** The list of a session that has none. */
export const NO_ROWS: RowList = {
  filed: 0,
  count: 0,
  last: 0,
  tail: new Uint8Array(),
};

/** How a list's kind is written in a block. */
const KINDS = { events: 0, spans: 1 } as const satisfies Record<
  ListKind,
  number
>;

/** What is run for lists; see `WRITE_SQL`. */
export const LIST_SQL = {
  file:
    "INSERT INTO blocks (session, kind, first, members) VALUES (?, ?, ?, ?)",
  read:
    "SELECT members FROM blocks WHERE session = ? AND kind = ? ORDER BY first",
  readBack:
    "SELECT members FROM blocks WHERE session = ? AND kind = ? ORDER BY first DESC",
} as const;

/** Reads a list from a session's row. */
export function readList(row: Row, kind: ListKind): RowList {
  const tail = readBlob(row[`${kind}_tail`]);
  const rows = unpackRows(tail);
  return {
    filed: readInt(row[`${kind}_filed`]),
    count: rows.length,
    last: rows.at(-1) ?? 0,
    tail,
  };
}

/** Number of rows in a list. */
export function countRows({ filed, count }: RowList): number {
  return filed + count;
}

/** The lists' blocks, through one connection. */
export class RowLists {
  readonly #file: StatementSync;
  readonly #read: StatementSync;
  readonly #readBack: StatementSync;

  constructor(db: DatabaseSync) {
    this.#file = db.prepare(LIST_SQL.file);
    this.#read = db.prepare(LIST_SQL.read);
    this.#readBack = db.prepare(LIST_SQL.readBack);
  }

  /** Adds a row, whose key is greater than the last one's, at the end; files the newest rows when they have become many. */
  add(session: number, kind: ListKind, list: RowList, row: number): RowList {
    const longer = {
      filed: list.filed,
      count: list.count + 1,
      last: row,
      tail: packRow(list.tail, row - list.last),
    };
    return longer.count < BLOCK_ROWS
      ? longer
      : this.file(session, kind, longer);
  }

  /** Files what is not filed yet. */
  file(session: number, kind: ListKind, list: RowList): RowList {
    if (list.count === 0) return list;
    this.#file.run(session, KINDS[kind], list.filed, list.tail);
    return { ...NO_ROWS, filed: countRows(list) };
  }

  /** Reads the list from its beginning. */
  *read(session: number, kind: ListKind, list: RowList): Generator<number> {
    if (list.filed > 0) {
      for (const { members } of this.#read.iterate(session, KINDS[kind])) {
        yield* unpackRows(readBlob(members));
      }
    }
    yield* unpackRows(list.tail);
  }

  /** Reads the list from its end. */
  *readBack(session: number, kind: ListKind, list: RowList): Generator<number> {
    yield* unpackRows(list.tail).reverse();
    if (list.filed === 0) return;
    for (const { members } of this.#readBack.iterate(session, KINDS[kind])) {
      yield* unpackRows(readBlob(members)).reverse();
    }
  }
}

const MORE = 0x80;
/** Bytes that the greatest safe integer takes. */
const MAX_PACKED_BYTES = 8;

/** Returns packed rows and one more, that is `step` above the last: seven bits a byte, the low ones first. */
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

/** Returns the rows that were packed, the first as its step above 0. */
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
