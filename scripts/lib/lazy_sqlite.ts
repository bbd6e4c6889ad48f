// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Replaces `node:sqlite` inside the bundle. A bundler hoists a static import to the first line, so
 * that every run would load SQLite; this module is evaluated, and imports the real one, only when
 * the daemon is loaded.
 * @module
 */
const sqlite: typeof import("node:sqlite") = await import(
  ["node", "sqlite"].join(":")
);

/** See `node:sqlite`. */
export const { backup, constants, DatabaseSync, StatementSync } = sqlite;
