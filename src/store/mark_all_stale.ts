// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Marks all sessions of a copy for a rebuild, to compare the result with the stored sessions.
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/**
 * Marks all sessions as stale.
 *
 * @param path A store that no process has open.
 */
export function markAllStale(path: string): void {
  using db = new DatabaseSync(path);
  db.exec("UPDATE sessions SET stale = 1");
}
