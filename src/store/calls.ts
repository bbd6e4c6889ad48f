// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the rows of a session's calls in batches.
 * @module
 */
import type { StatementSync } from "node:sqlite";
import { joinBytes } from "../proto/mod.ts";
import {
  readBlob,
  readCells,
  readInt,
  readText,
  type Row,
  textColumn,
  toText,
} from "./rows.ts";

/** Rows that one statement reads. Reading them one by one takes four times as long. */
const BATCH_CALLS = 128;

/** SQL column of a call's body, for {@linkcode readText}. */
export const TEXT_BODY = textColumn("body");

/** The statement of {@linkcode walkCalls}. */
export const CALLS_SQL =
  `SELECT call, ${TEXT_BODY} FROM calls WHERE session = ? AND call >= ? ORDER BY call LIMIT ${BATCH_CALLS}`;

/** The statement of {@linkcode readRecent}. It takes the keys of the events as JSON. */
export const RECENT_SQL =
  `SELECT calls FROM events WHERE key IN (SELECT value FROM json_each(?)) AND calls IS NOT NULL ORDER BY key`;

/** A change that an event made to the row of a call. */
export interface CallChange {
  readonly key: string;
  /** Null if the row was deleted. */
  readonly body: string | null;
}

/**
 * Prints changes: for each the lengths of key and body, then both. Returns null for an empty list.
 */
export function packChanges(changes: readonly CallChange[]): string | null {
  if (changes.length === 0) return null;
  return changes.map(({ key, body }) =>
    `${key.length} ${body?.length ?? ""} ${key}${body ?? ""}`
  ).join("");
}

/**
 * Reads the text that {@linkcode packChanges} printed. @throws {TypeError} If the text has another
 * form.
 */
export function unpackChanges(text: string): CallChange[] {
  const changes: CallChange[] = [];
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(" ", at);
    const start = text.indexOf(" ", space + 1) + 1;
    if (space < 0 || start === 0) {
      throw new TypeError("Cannot read row: no call");
    }
    const bodyAt = start + Number(text.slice(at, space));
    const length = text.slice(space + 1, start - 1);
    at = bodyAt + Number(length);
    const body = length === "" ? null : text.slice(bodyAt, at);
    changes.push({ key: text.slice(start, bodyAt), body });
  }
  return changes;
}

/**
 * Returns those of a session's unfiled events whose changes of calls are not in `calls` yet; none
 * if the session is stale.
 *
 * @param row The session's row.
 * @param tail Keys of its unfiled events.
 */
export function changingEvents(row: Row, tail: readonly number[]): number[] {
  if (readInt(row.stale) === 1) return [];
  const after = readInt(row.calls_after);
  return tail.filter((event) => event > after);
}

/**
 * Reads the changes that unfiled events made to calls, oldest first.
 *
 * @param statement Prepared from {@linkcode RECENT_SQL}.
 * @param events Keys of the events.
 */
export function readRecent(
  statement: StatementSync,
  events: readonly number[],
): CallChange[] {
  if (events.length === 0) return [];
  return statement.all(JSON.stringify(events))
    .flatMap((row) => unpackChanges(toText(readBlob(row.calls))));
}

/** A call as it is stored. */
export interface StoredCall {
  /** Unique in the session. */
  readonly key: string;
  /** The text that `src/events` keeps of the call. */
  readonly body: string;
}

/** Returns the last change of each call. */
export function newestChanges(
  changes: readonly CallChange[],
): Map<string, string | null> {
  return new Map(changes.map(({ key, body }) => [key, body]));
}

/**
 * Reads all calls of a session. Rows may be written meanwhile.
 *
 * @param statement Prepared from {@linkcode CALLS_SQL}.
 * @param recent The changes that unfiled events made.
 */
export function* walkCalls(
  statement: StatementSync,
  session: number,
  recent: ReadonlyMap<string, string | null>,
): Generator<StoredCall> {
  statement.setReturnArrays(true);
  for (const [key, body] of recent) if (body !== null) yield { key, body };
  let from: Uint8Array = new Uint8Array();
  while (true) {
    const rows = statement.all(session, from);
    for (const row of rows) {
      const [cell, body] = readCells(row);
      const key = readBlob(cell);
      from = joinBytes([key, Uint8Array.of(0)]);
      const name = toText(key);
      if (!recent.has(name)) yield { key: name, body: readText(body) };
    }
    if (rows.length < BATCH_CALLS) return;
  }
}
