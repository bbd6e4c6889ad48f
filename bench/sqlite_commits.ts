// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * The same commits by SQLite alone: rows of the same length, each in its own transaction, WAL and
 * `synchronous=FULL`, in the same runtime, on the same disk. Prints one JSON object.
 *
 *     deno run -A bench/sqlite_commits.ts '{"folder":…,"seconds":2,"payloadBytes":300}'
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** The rows to commit, and the folder. */
export interface CommitOptions {
  folder: string;
  seconds: number;
  payloadBytes: number;
}

/** Commits rows one by one; returns the number a second. */
function commitRows(options: CommitOptions): number {
  using commits = openCommits(options.folder);
  const payload = new Uint8Array(options.payloadBytes).fill(0x78);
  const start = performance.now();
  const end = start + options.seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    commits.commit(payload);
    count++;
  }
  return count / ((performance.now() - start) / 1000);
}

/** Opens a new database in the folder, which is removed with it; `commit` puts one row on disk. */
export function openCommits(
  folder: string,
): Disposable & { commit: (row: Uint8Array) => void } {
  const path = `${folder}/commits-${Deno.pid}.db`;
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  db.exec(
    "CREATE TABLE IF NOT EXISTS rows (key INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT",
  );
  const insert = db.prepare("INSERT INTO rows (payload) VALUES (?)");
  return {
    commit: (row) => void insert.run(row),
    [Symbol.dispose]() {
      db.close();
      for (const suffix of ["", "-wal", "-shm"]) removeIfThere(path + suffix);
    },
  };
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) {
  const options: CommitOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify({ rate: commitRows(options) }));
}
