// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Rows of a session's calls, a batch at a time.
 * @module
 */
import type { StatementSync } from "node:sqlite";
import { joinBytes } from "../proto/mod.ts";
import { readBlob, readCells, readText, textColumn, toText } from "./rows.ts";

/** Rows that one statement reads: read one by one each costs four times as much. */
const BATCH_CALLS = 128;

/** SQL of what is known of a call, for {@linkcode readText}. */
export const TEXT_BODY = textColumn("body");

/** What {@linkcode walkCalls} runs. */
export const CALLS_SQL =
  `SELECT call, ${TEXT_BODY} FROM calls WHERE session = ? AND call >= ? ORDER BY call LIMIT ${BATCH_CALLS}`;

/** A call as it is stored. */
export interface StoredCall {
  /** By which it is known in its session. */
  readonly key: string;
  /** What is known of it. */
  readonly body: string;
}

/**
 * Reads all calls of a session, by their keys. Rows may be written meanwhile.
 *
 * @param statement Of {@linkcode CALLS_SQL}.
 */
export function* walkCalls(
  statement: StatementSync,
  session: number,
): Generator<StoredCall> {
  statement.setReturnArrays(true);
  let from: Uint8Array = new Uint8Array();
  while (true) {
    const rows = statement.all(session, from);
    for (const row of rows) {
      const [cell, body] = readCells(row);
      const key = readBlob(cell);
      from = joinBytes([key, Uint8Array.of(0)]);
      yield { key: toText(key), body: readText(body) };
    }
    if (rows.length < BATCH_CALLS) return;
  }
}
