// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stands for `node:sqlite` inside the bundle: a bundle hoists a static import to its first line, where every run would pay
 * for it; this module is evaluated, and asks for the real one, only when the daemon is loaded.
 * @module
 */
const sqlite: typeof import("node:sqlite") = await import(
  ["node", "sqlite"].join(":")
);

/** See `node:sqlite`. */
export const { backup, constants, DatabaseSync, StatementSync } = sqlite;
