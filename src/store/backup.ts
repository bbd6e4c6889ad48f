// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Backups: a copy of the store in one file, made while the daemon runs, and the way back.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { explainOpenError, StoreError } from "./errors.ts";
import { removeDamageNote } from "./file_watch.ts";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import { readInt, readOne } from "./rows.ts";

/** How long to wait for a process that writes. */
const PATIENCE_MS = 5000;
/** Files that SQLite has beside a store. */
const COMPANIONS = ["-wal", "-shm"] as const;

/** What a backup holds. */
export interface BackupContent {
  sessions: number;
  events: number;
  bytes: number;
}

/**
 * Copies a store, as it is at this moment, into a new file that only its owner may read.
 *
 * @throws {StoreError} If the store cannot be read, or the file is there already or cannot be written; then nothing is left of it.
 */
export function backUpStore(path: string, target: string): BackupContent {
  refuseMissing(path, "store");
  try {
    Deno.openSync(target, { write: true, createNew: true, mode: 0o600 })
      .close();
  } catch (error) {
    throw error instanceof Deno.errors.AlreadyExists
      ? new StoreError(
        "not writable",
        `Cannot write backup as the file exists: "${target}"`,
        { cause: error },
      )
      : cannot("write backup", target, error);
  }
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS });
    checkOwner(db, path);
    // SQLite writes all of it into the empty file, without what was deleted.
    db.prepare("VACUUM INTO ?").run(target);
    syncFile(target);
    return { ...countRows(db), bytes: Deno.statSync(target).size };
  } catch (error) {
    Deno.removeSync(target);
    throw explain(error, path);
  }
}

/**
 * Checks all of a backup and copies it beside a store, to be put in its place.
 *
 * @returns What it holds, and the copy's path.
 * @throws {StoreError} If it is damaged, no store of ours or from a later version; the store is as it was.
 */
export function stageBackup(
  backup: string,
  path: string,
): BackupContent & { staged: string } {
  refuseMissing(backup, "backup");
  const staged = `${path}-restored`;
  removeIfThere(staged);
  try {
    using db = openBackup(backup);
    checkOwner(db, backup);
    const fault = readOne(db.prepare("PRAGMA integrity_check(1)").get());
    if (fault !== "ok") throw damaged(backup, String(fault));
    Deno.openSync(staged, { write: true, createNew: true, mode: 0o600 })
      .close();
    db.prepare("VACUUM INTO ?").run(staged);
    syncFile(staged);
    const bytes = Deno.statSync(staged).size;
    return { ...countRows(db), bytes, staged };
  } catch (error) {
    removeIfThere(staged);
    throw explain(error, backup);
  }
}

/**
 * Puts a staged copy in the place of a store that no process has open. What was there is kept, with what SQLite has beside it: left there,
 * it would be taken for a part of the new one.
 *
 * @param name Added to the names of the files that are kept.
 * @returns Path of the store that was there; null if there was none.
 * @throws {StoreError} If a file cannot be moved.
 */
export function swapStore(
  staged: string,
  path: string,
  name: string,
): string | null {
  const kept = `${path}-before-${name}`;
  try {
    const had = rename(path, kept);
    for (const end of COMPANIONS) rename(`${path}${end}`, `${kept}${end}`);
    Deno.renameSync(staged, path);
    removeDamageNote(path);
    syncFile(path.slice(0, path.lastIndexOf("/")) || "/");
    return had ? kept : null;
  } catch (error) {
    throw cannot("put store in its place", path, error);
  }
}

/** Opens a backup as it is: a copy of a store that is not in use may lie where nothing can be written. */
function openBackup(path: string): DatabaseSync {
  const url = new URL(
    `file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`,
  );
  if (!hasBytes(`${path}-wal`)) url.searchParams.set("immutable", "1");
  return new DatabaseSync(url, { readOnly: true, timeout: PATIENCE_MS });
}

/** @throws {StoreError} If a file is no store of ours, or one of a later version. */
function checkOwner(db: DatabaseSync, path: string): void {
  const pragma = (name: string) =>
    readInt(readOne(db.prepare(`PRAGMA ${name}`).get()));
  if (pragma("application_id") !== APPLICATION_ID) {
    throw new StoreError(
      "foreign",
      `Cannot use "${path}" as it is no store of kaizen`,
    );
  }
  const version = pragma("user_version");
  if (version < 1 || version > MIGRATIONS.length) {
    throw new StoreError(
      "newer",
      `Cannot use "${path}" as its version must be <= ${MIGRATIONS.length}: current version is ${version}`,
    );
  }
}

function countRows(db: DatabaseSync): { sessions: number; events: number } {
  const count = (table: string) =>
    readInt(readOne(db.prepare(`SELECT count(*) FROM ${table}`).get()));
  return { sessions: count("sessions"), events: count("events") };
}

function explain(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const explained = explainOpenError(error, path);
  return explained.fault === "corrupt"
    ? damaged(path, String(explained.cause))
    : explained;
}

function damaged(path: string, why: string): StoreError {
  return new StoreError(
    "corrupt",
    `Cannot use "${path}" as it is damaged: ${why.replace(/^Error: /, "")}`,
  );
}

function cannot(act: string, path: string, error: unknown): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError("not writable", `Cannot ${act}: "${path}": ${reason}`, {
    cause: error,
  });
}

function refuseMissing(path: string, what: string): void {
  try {
    if (Deno.statSync(path).isFile) return;
  } catch (error) {
    throw cannot(`read ${what}`, path, error);
  }
  throw new StoreError(
    "not writable",
    `Cannot read ${what}: "${path}" is no file`,
  );
}

/** Renames a file; tells whether there was one. */
function rename(from: string, to: string): boolean {
  try {
    Deno.renameSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function hasBytes(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}

/** Waits until a file, or a folder's list of names, is on disk. */
function syncFile(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
