// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Backups: copying the store into one file while the daemon runs, and restoring it.
 * @module
 */
import { backup, DatabaseSync } from "node:sqlite";
import {
  errorMessage,
  lookAt,
  parentOf,
  setOddAside,
  systemReason,
  whyReplaceable,
} from "../context/mod.ts";
import { beginEpoch } from "./epochs.ts";
import { removeDamageNote } from "./damage_note.ts";
import { explainOpenError, StoreError } from "./errors.ts";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import { refuseOddFiles } from "./open.ts";
import { readInt, readOne } from "./rows.ts";

/** How long to wait for another process that writes, in milliseconds. */
const PATIENCE_MS = 5000;
/** Place of the `application_id` in the header of SQLite's files. */
const APPLICATION_ID_AT = 68;
/** The table that is emptied after a migration and then dropped. */
const PASSING = "old_spans";
/** Files that SQLite has beside a store. */
const COMPANIONS = ["-wal", "-shm"] as const;

/** The content of a backup. */
export interface BackupContent {
  sessions: number;
  events: number;
  bytes: number;
}

/**
 * Copies a store, as it is at this moment, into a new file that only its owner may read. The file
 * has another name until it is whole, so that a death leaves nothing that could be taken for a
 * backup.
 *
 * @throws {StoreError} If the store cannot be read, or the file exists or cannot be written. An
 * incomplete file is removed.
 */
export async function backUpStore(
  path: string,
  target: string,
): Promise<BackupContent> {
  refuseReplaceable(target);
  refuseUnreadable(path, "store");
  // A connection that only reads makes files beside the store as well.
  refuseOddFiles(path, { isWriter: true });
  if (lookAt(target) !== null) throw taken(target);
  const part = `${target}.part-${crypto.randomUUID().slice(0, 8)}`;
  try {
    createFile(part);
  } catch (error) {
    throw cannot("write backup", target, error);
  }
  try {
    await copyPages(path, part);
    const content = settle(part, path);
    syncFile(part);
    publish(part, target);
    return content;
  } catch (error) {
    removeFiles(part);
    throw explain(error, path, target);
  }
}

/** SQLite opens the new file by its path: root would write through a link in its place. */
function refuseReplaceable(target: string): void {
  const why = Deno.uid() === 0 ? whyReplaceable(parentOf(target)) : null;
  if (why === null) return;
  throw new StoreError(
    "not writable",
    `Cannot write backup "${target}" as root as ${why}: give a file in a folder of root`,
  );
}

/** Gives a whole copy its name, unless another file has it by now. */
function publish(part: string, target: string): void {
  try {
    Deno.linkSync(part, target);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw taken(target);
    Deno.renameSync(part, target); // a file system without links, such as that of a stick
  }
  try {
    removeFiles(part);
    syncFile(parentOf(target));
  } catch (error) {
    Deno.removeSync(target);
    throw error;
  }
}

function taken(target: string): StoreError {
  return new StoreError(
    "not writable",
    `Cannot write backup as the file exists: "${target}". Give another name, or move the file away`,
  );
}

function createFile(path: string): void {
  Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
}

/**
 * Copies a snapshot of all pages. Writers do not wait, and their writes do not restart the copy.
 */
async function copyPages(path: string, target: string): Promise<void> {
  using db = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS });
  checkOwner(db, path);
  await backup(db, target, { rate: -1 });
}

/**
 * Checks a whole backup and copies it to a file beside the store.
 *
 * @returns The content of the backup, and the path of the copy.
 * @throws {StoreError} If the backup is damaged, is not a store of kaizen, or is from a later
 * version. The store is unchanged.
 */
export function stageBackup(
  file: string,
  path: string,
): BackupContent & { staged: string } {
  refuseUnreadable(file, "backup");
  // A backup may be a plain copy of a store's files. The newest events are then in its WAL, and
  // perhaps the header of the file, too.
  const wal = `${file}-wal`;
  if (lookAt(wal) === null) checkHeader(file);
  else refuseUnreadable(wal, "backup");
  const staged = `${path}-restored`;
  removeFiles(staged);
  try {
    for (const end of ["", "-wal"]) {
      copyFile(`${file}${end}`, `${staged}${end}`);
    }
    const content = settle(staged, file);
    fork(staged, path);
    syncFile(staged);
    return { ...content, staged };
  } catch (error) {
    removeFiles(staged);
    throw explain(error, file, staged);
  }
}

/**
 * Begins a new epoch in a copy, so that a cursor never means different events in the two stores.
 */
function fork(staged: string, path: string): void {
  using db = new DatabaseSync(staged, { timeout: PATIENCE_MS });
  let replaced: DatabaseSync | null = null;
  try {
    refuseOddFiles(path);
    replaced = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS });
    replaced.prepare("SELECT 1 FROM sqlite_schema").get();
  } catch {
    // There is no old store, or it cannot be used: its cursors will be unknown.
    replaced?.close();
    replaced = null;
  }
  try {
    beginEpoch(db, replaced);
  } finally {
    replaced?.close();
  }
}

/**
 * Checks a copy, and merges its WAL into the file.
 *
 * @param source The file that the user knows.
 */
function settle(path: string, source: string): BackupContent {
  using db = new DatabaseSync(path, { timeout: PATIENCE_MS });
  checkOwner(db, source);
  checkSchema(db, source);
  const fault = readOne(db.prepare("PRAGMA integrity_check(1)").get());
  if (fault !== "ok") throw damaged(source, String(fault));
  // Read to the end, it tells of a disk that fails. With `get` and `exec` it does not.
  db.prepare("PRAGMA journal_mode = DELETE").all();
  return { ...countRows(db), bytes: Deno.statSync(path).size };
}

/**
 * Replaces a store that no process has open with a staged copy. The old store is kept under another
 * name, together with SQLite's files beside it: left in place, they would be taken for parts of the
 * new store.
 *
 * @param name Suffix of the names under which the old files are kept.
 * @returns New path of the old store; null if there was none.
 * @throws {StoreError} If a file cannot be moved.
 */
export function swapStore(
  staged: string,
  path: string,
  name: string,
): string | null {
  try {
    fold(path);
    const wanted = `${path}-before-${name}`;
    const kept = keep(path, wanted);
    replace(staged, path, kept ?? wanted);
    removeDamageNote(path);
    syncFile(parentOf(path));
    return kept;
  } catch (error) {
    throw cannot("put store in its place", path, error);
  }
}

/**
 * Brings what SQLite's files beside a store have into the store, so that it is whole without them.
 * A damaged store stays as it is.
 */
function fold(path: string): void {
  if (lookAt(path) === null) return;
  try {
    refuseOddFiles(path);
    using db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // It is replaced because it cannot be used.
  }
}

/**
 * Puts the copy in the place of the store. At no moment is there no store: a daemon that starts
 * after a crash would make an empty one. If the system refuses, all is as it was.
 *
 * @param kept Another name of the store, also if only files beside it are left.
 */
function replace(staged: string, path: string, kept: string): void {
  const moved: string[] = [];
  try {
    for (const end of COMPANIONS) {
      if (rename(`${path}${end}`, `${kept}${end}`)) moved.push(end);
    }
    Deno.renameSync(staged, path);
  } catch (error) {
    for (const end of moved) rename(`${kept}${end}`, `${path}${end}`);
    removeFiles(kept);
    throw error;
  }
}

/**
 * Gives the store another name, which no other has: a second restore in a second must not take the
 * place of the first.
 *
 * @returns The name; null if there is no store.
 */
function keep(path: string, wanted: string): string | null {
  for (let n = 1;; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    try {
      Deno.linkSync(path, name);
      return name;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/**
 * Checks the header of a file before the file is copied, which may take long and fill the disk.
 *
 * @throws {StoreError} If it is not a store of ours.
 */
function checkHeader(path: string): void {
  using file = Deno.openSync(path);
  const header = new Uint8Array(APPLICATION_ID_AT + 4);
  file.readSync(header);
  const id = new DataView(header.buffer).getUint32(APPLICATION_ID_AT);
  if (id !== APPLICATION_ID) throw foreign(path);
}

function foreign(path: string): StoreError {
  return new StoreError(
    "foreign",
    `Cannot use "${path}" as it is not a store of kaizen`,
  );
}

/**
 * Checks that a store has the tables of its version and nothing else: SQLite runs what a trigger, a
 * view or an index says, so that a backup of another user could delete what is recorded later.
 *
 * @throws {StoreError} If there is anything that kaizen did not make, or a table is missing.
 */
function checkSchema(db: DatabaseSync, path: string): void {
  using made = new DatabaseSync(":memory:");
  const version = readInt(readOne(db.prepare("PRAGMA user_version").get()));
  for (const step of MIGRATIONS.slice(0, version)) made.exec(step);
  const wanted = listSchema(made);
  const found = listSchema(db);
  for (const name of new Set([...wanted.keys(), ...found.keys()])) {
    const isPast = !found.has(name) && wanted.get(name)?.startsWith(PASSING);
    if (wanted.get(name) === found.get(name) || isPast) continue;
    const fault = found.has(name) ? "it has an unknown" : "it has no";
    throw new StoreError(
      "foreign",
      `Cannot use "${path}" as ${fault} ${name}`,
    );
  }
}

/** Lists what a database has: kind and name, and how it is defined. */
function listSchema(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    .all();
  return new Map(
    rows.map((
      row,
    ) => [`${row.type} "${row.name}"`, `${row.tbl_name} ${row.sql}`]),
  );
}

/** @throws {StoreError} If a file is not a store of ours, or one of a later version. */
function checkOwner(db: DatabaseSync, path: string): void {
  const pragma = (name: string) =>
    readInt(readOne(db.prepare(`PRAGMA ${name}`).get()));
  if (pragma("application_id") !== APPLICATION_ID) throw foreign(path);
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

function explain(error: unknown, path: string, copy: string): StoreError {
  if (error instanceof StoreError) return error;
  const explained = explainOpenError(error, path);
  switch (explained.fault) {
    case "corrupt":
      return damaged(path, String(explained.cause));
    case "not writable": // one of the two cannot be read or written; SQLite does not tell which
      return new StoreError(
        "not writable",
        `Cannot copy "${path}" to "${copy}": ${errorMessage(error)}`,
        { cause: error },
      );
    default:
      return explained;
  }
}

function damaged(path: string, why: string): StoreError {
  return new StoreError(
    "corrupt",
    `Cannot use "${path}" as it is damaged: ${
      why.replace(/^Error: |\*\*\* in database main \*\*\*\n/g, "")
    }`,
  );
}

function cannot(act: string, path: string, error: unknown): StoreError {
  return new StoreError(
    "not writable",
    `Cannot ${act}: "${path}": ${systemReason(error)}`,
    { cause: error },
  );
}

function refuseUnreadable(path: string, what: string): void {
  try {
    if (Deno.statSync(path).isFile) return Deno.openSync(path).close();
  } catch (error) {
    throw cannot(`read ${what}`, path, error);
  }
  throw new StoreError(
    "not writable",
    `Cannot read ${what}: "${path}" is not a file`,
  );
}

/** Renames a file. Returns whether it existed. */
function rename(from: string, to: string): boolean {
  try {
    Deno.renameSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Removes a copy and SQLite's files beside it. A folder in the place of one is renamed.
 */
function removeFiles(path: string): void {
  for (const end of ["", ...COMPANIONS, "-journal"]) {
    const file = `${path}${end}`;
    try {
      if (lookAt(file)?.isDirectory) setOddAside(file);
      else Deno.removeSync(file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Copies a file, if it exists, so that only its owner may read it. */
function copyFile(from: string, to: string): void {
  try {
    Deno.copyFileSync(from, to);
    Deno.chmodSync(to, 0o600);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Waits until a file, or a folder's list of names, is on disk. */
function syncFile(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
