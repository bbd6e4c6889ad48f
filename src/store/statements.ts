// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prepares tables of SQL.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** The prepared statements of a table, by name. */
export type Statements<K extends string> = Readonly<Record<K, StatementSync>>;

/** Prepares the statements of a table, each once for a connection. */
export function prepareAll<K extends string>(
  db: DatabaseSync,
  sql: Readonly<Record<K, string>>,
): Statements<K>;
export function prepareAll(
  db: DatabaseSync,
  sql: Readonly<Record<string, string>>,
): Statements<string> {
  const statements: Record<string, StatementSync> = {};
  for (const [name, text] of Object.entries(sql)) {
    statements[name] = db.prepare(text);
  }
  return statements;
}
