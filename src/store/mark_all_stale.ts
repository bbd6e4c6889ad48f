// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lets all sessions of a copy be made anew, to compare them with what they were.
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
