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

/** What {@linkcode readRecent} runs: the changes of some events, by their keys as JSON. */
export const RECENT_SQL =
  `SELECT calls FROM events WHERE key IN (SELECT value FROM json_each(?)) AND calls IS NOT NULL ORDER BY key`;

/** What an event has made of a call. */
export interface CallChange {
  readonly key: string;
  /** Null: it has no row any more. */
  readonly body: string | null;
}

/** Prints what an event has made of calls: each as the lengths of key and body, then both; null for nothing. */
export function packChanges(changes: readonly CallChange[]): string | null {
  if (changes.length === 0) return null;
  return changes.map(({ key, body }) =>
    `${key.length} ${body?.length ?? ""} ${key}${body ?? ""}`
  ).join("");
}

/** Reads what {@linkcode packChanges} printed. @throws {TypeError} If it did not. */
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
 * Reads what events that are not filed have made of calls, oldest first.
 *
 * @param statement Of {@linkcode RECENT_SQL}.
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
  /** By which it is known in its session. */
  readonly key: string;
  /** What is known of it. */
  readonly body: string;
}

/** Returns what is left of changes: the last one of each call. */
export function newestChanges(
  changes: readonly CallChange[],
): ReadonlyMap<string, string | null> {
  return new Map(changes.map(({ key, body }) => [key, body]));
}

/**
 * Reads all calls of a session. Rows may be written meanwhile.
 *
 * @param statement Of {@linkcode CALLS_SQL}.
 * @param recent What events that are not filed have made of them.
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
