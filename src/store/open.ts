// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens the file for writing: looks before SQLite touches it, sets what each connection needs, brings the schema up to date.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { hasDamageNote, removeDamageNote } from "./file_watch.ts";
import { corruptError, explainOpenError, StoreError } from "./errors.ts";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import { refuseNetwork } from "./network.ts";
import { readInt, readOne } from "./rows.ts";
import { RawPages } from "./scrub.ts";

/** How long a writer waits for another process (a backup, a shell); the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 100;
/** A commit that leaves this many pages in the WAL moves them to the file: few enough that the commit takes a few ms. */
export const CHECKPOINT_PAGES = 256;
/** What the WAL is cut to when it starts over. */
const WAL_BYTES = 4 * 1024 * 1024;
const WRITER_CACHE_KIB = 8 * 1024;
const READER_CACHE_KIB = 512;
/**
 * A file up to this size is checked whole at start, which takes some ms; a larger one shows its damage when it is read, and is checked
 * whole at the next start.
 */
const QUICK_CHECK_BYTES = 8 * 1024 * 1024;

/** What a store has before it has tables; SQLite's own default. */
const FIRST_PAGE_BYTES = 4096;
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

/** A store that is open for writing. */
export interface OpenStore {
  db: DatabaseSync;
  /** To be closed after all connections. */
  pages: RawPages;
}

/**
 * Opens the one connection that writes, and makes the file if there is none.
 *
 * @param maxPages Most pages the file may have; for tests of a full disk.
 * @throws {StoreError} If the file is damaged, not ours, from a later version, locked, or cannot be written.
 */
export function openWriter(path: string, maxPages?: number): OpenStore {
  refuseNetwork(realFolder(path));
  undoMaking(path);
  const isNew = !checkFile(path);
  const wasDamaged = hasDamageNote(path);
  let db: DatabaseSync | null = null;
  let file: Deno.FsFile | null = null;
  try {
    if (!isNew) checkContent(path, wasDamaged ? Infinity : QUICK_CHECK_BYTES);
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // Only a file without tables takes this one, and only before the WAL mode is written to it.
    if (isNew) db.exec("PRAGMA auto_vacuum = INCREMENTAL");
    const mode = readOne(db.prepare("PRAGMA journal_mode = WAL").get());
    if (mode !== "wal") {
      throw new StoreError(
        "not writable",
        `Cannot open store as its file system does not allow WAL: "${path}": journal mode is "${mode}"`,
      );
    }
    db.exec(
      `PRAGMA synchronous = FULL;
       PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
       PRAGMA journal_size_limit = ${WAL_BYTES};
       PRAGMA cache_size = -${WRITER_CACHE_KIB};
       PRAGMA temp_store = MEMORY;
       PRAGMA secure_delete = ON;`, // so that no page keeps a text that was deleted
    );
    if (maxPages !== undefined) {
      db.exec(`PRAGMA max_page_count = ${maxPages}`);
    }
    refuseReadOnly(db);
    // Never closed before SQLite is, as that would drop its locks.
    file = Deno.openSync(path, { read: true, write: true });
    migrate(db);
    if (wasDamaged) removeDamageNote(path);
    return { db, pages: new RawPages(file, pragma(db, "page_size")) };
  } catch (error) {
    db?.close();
    file?.close();
    throw error instanceof StoreError ? error : explainOpenError(error, path);
  }
}

/**
 * Writes what is there already and takes it back: without permission to write, or with the lock in other hands, all goes well up to
 * here, even the beginning of a transaction.
 */
function refuseReadOnly(db: DatabaseSync): void {
  db.prepare("BEGIN IMMEDIATE").run();
  db.prepare(`PRAGMA user_version = ${pragma(db, "user_version")}`).run();
  db.exec("ROLLBACK");
}

/** Opens a connection that only reads; the writer's must be open already. */
export function openReader(path: string): DatabaseSync {
  const db = new DatabaseSync(path, {
    readOnly: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  try {
    // Prepared, as an error of `exec` does not tell which one it is.
    db.prepare(`PRAGMA cache_size = -${READER_CACHE_KIB}`).run();
    db.prepare("PRAGMA query_only = ON").run();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Real path of the folder that holds `path`. */
function realFolder(path: string): string {
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  try {
    return Deno.realPathSync(folder);
  } catch (error) {
    throw explainOpenError(error, path);
  }
}

/**
 * Lets SQLite undo what a kill cut short while the store was being made, before WAL mode began: a page and a journal are left then, and
 * the connection that {@linkcode checkContent} looks through cannot do that.
 */
function undoMaking(path: string): void {
  if (sizeOf(path) > FIRST_PAGE_BYTES || sizeOf(`${path}-journal`) === 0) {
    return;
  }
  try {
    using db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.prepare("SELECT 1 FROM sqlite_schema").get();
  } catch (error) {
    throw explainOpenError(error, path);
  }
}

/** Length of a file; 0 if there is none. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/**
 * Looks at the file itself, and makes it if there is none. Must come before SQLite opens it: closing any descriptor of a file
 * drops all its POSIX locks.
 *
 * @returns Whether there is anything in it.
 */
function checkFile(path: string): boolean {
  const header = new Uint8Array(HEADER_BYTES);
  let size = 0;
  let have = 0;
  try {
    using file = Deno.openSync(path);
    const info = file.statSync();
    if (!info.isFile) {
      throw new StoreError(
        "not writable",
        `Cannot open store as it must be a file: "${path}"`,
      );
    }
    size = info.size;
    for (
      let n: number | null = 0;
      n !== null && have < HEADER_BYTES;
      have += n
    ) {
      n = file.readSync(header.subarray(have));
      if (n === null) break;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return createFile(path);
    throw error instanceof StoreError ? error : explainOpenError(error, path);
  }
  if (size === 0) return false; // what a crash right after the creation leaves
  if (
    have < HEADER_BYTES ||
    new TextDecoder().decode(header.subarray(0, MAGIC.length)) !== MAGIC
  ) {
    throw corruptError(path, "it is not a SQLite database");
  }
  const missing = countMissing(header, size);
  if (missing > 0 && sizeOf(`${path}-wal`) === 0) {
    throw corruptError(path, `its last ${missing} bytes are missing`);
  }
  return true;
}

/** Makes an empty file that only its owner may read; SQLite gives the same mode to the files beside it. */
function createFile(path: string): false {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    throw explainOpenError(error, path);
  }
  return false;
}

/** Bytes that the header promises and the file has not. A crash inside a checkpoint leaves such a file too, but with a WAL. */
function countMissing(header: Uint8Array, size: number): number {
  const view = new DataView(header.buffer);
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  const pages = view.getUint32(24) === view.getUint32(92)
    ? view.getUint32(28)
    : 0;
  return pages * pageBytes - size;
}

/**
 * Refuses a file that is damaged, not ours, or that a later version wrote. Through a connection that cannot change anything:
 * another one would move the WAL into the file when it is closed.
 *
 * @param checkBytes Largest file that is checked whole.
 */
function checkContent(path: string, checkBytes: number): void {
  using db = new DatabaseSync(path, {
    readOnly: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  const version = pragma(db, "user_version");
  const tables = readInt(
    readOne(db.prepare("SELECT count(*) FROM sqlite_schema").get()),
  );
  if (
    pragma(db, "application_id") !== APPLICATION_ID &&
    (tables > 0 || version > 0)
  ) {
    throw new StoreError(
      "foreign",
      `Cannot open store as "${path}" is the database of another program. It was left as it is: move it away, or set KAIZEN_HOME to another folder`,
    );
  }
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      "newer",
      `Cannot open store as its version must be <= ${MIGRATIONS.length}: current version of "${path}" is ${version}. ` +
        "A later kaizen wrote it: use that one, or set KAIZEN_HOME to another folder",
    );
  }
  const bytes = pragma(db, "page_count") * pragma(db, "page_size");
  if (bytes > checkBytes) return;
  const fault = readOne(db.prepare("PRAGMA quick_check(1)").get());
  if (fault === "ok") return;
  // A title comes before it, on a line of its own.
  throw corruptError(path, String(fault).replace(/^\*\*\*.*\n/, ""));
}

/** Takes each missing step in a transaction of its own, so that a crash leaves a whole version. */
function migrate(db: DatabaseSync): void {
  for (
    let version = pragma(db, "user_version");
    version < MIGRATIONS.length;
    version++
  ) {
    db.exec(
      `BEGIN IMMEDIATE;
       ${MIGRATIONS[version]}
       PRAGMA application_id = ${APPLICATION_ID};
       PRAGMA user_version = ${version + 1};
       COMMIT;`,
    );
  }
}

type Pragma = "user_version" | "application_id" | "page_count" | "page_size";

function pragma(db: DatabaseSync, name: Pragma): number {
  return readInt(readOne(db.prepare(`PRAGMA ${name}`).get()));
}
