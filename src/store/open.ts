// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opens the file for writing: checks it before SQLite opens it, configures the connection, and
 * migrates the schema.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  HomeError,
  lookAt,
  openToRead,
  parentOf,
  refusal,
  whyKeptOut,
  whyOdd,
} from "../context/mod.ts";
import { hasDamageNote, removeDamageNote } from "./damage_note.ts";
import { corruptError, explainOpenError, StoreError } from "./errors.ts";
import { countMissing, FILE_HEADER_BYTES } from "./file_header.ts";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import { refuseNetwork } from "./network.ts";
import { readInt, readOne } from "./rows.ts";
import { RawPages } from "./scrub.ts";
import { WalFile } from "./wal_file.ts";

/**
 * How long a writer waits for another process (a backup, a shell), in milliseconds. The event loop
 * is blocked meanwhile.
 */
const BUSY_TIMEOUT_MS = 100;
/** The WAL is truncated to this length when it restarts. */
const WAL_BYTES = 4 * 1024 * 1024;
const WRITER_CACHE_KIB = 8 * 1024;
const READER_CACHE_KIB = 512;
/**
 * A file up to this size is checked completely at the start, which takes some milliseconds. Damage
 * of a larger file shows when it is read; the next start then checks the whole file.
 */
const QUICK_CHECK_BYTES = 8 * 1024 * 1024;

const MAGIC = "SQLite format 3\0";

/** A store that is open for writing. */
export interface OpenStore {
  db: DatabaseSync;
  /** Close both after all connections. */
  pages: RawPages;
  wal: WalFile;
}

/** A time that no read of a file can have, unless the clock is far off. */
const NEVER_READ = new Date("2037-01-01");

/**
 * Opens a file for reading, so that reading it writes nothing: Linux notes in a file when it was
 * read, unless a later time is noted there, and would sync that with the next commit.
 */
function openUnnoted(path: string): Deno.FsFile {
  const file = Deno.openSync(path);
  try {
    const { mtime } = file.statSync();
    file.utimeSync(NEVER_READ, mtime ?? new Date());
  } catch {
    // The file system keeps no such time, and commits take a little longer.
  }
  return file;
}

/**
 * Opens the only connection that writes. Creates the file if there is none.
 *
 * @param maxPages Most pages the file may have; for tests of a full disk.
 * @throws {StoreError} If the file is damaged, not ours, from a later version, locked, or cannot be
 * written.
 */
export function openWriter(path: string, maxPages?: number): OpenStore {
  refuseNetwork(realFolder(path));
  refuseOddFiles(path, { isWriter: true });
  rollBack(path);
  const isNew = !checkFile(path);
  const wasDamaged = hasDamageNote(path);
  let db: DatabaseSync | null = null;
  let file: Deno.FsFile | null = null;
  try {
    if (!isNew) checkContent(path, wasDamaged ? Infinity : QUICK_CHECK_BYTES);
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // SQLite accepts this only for a file without tables, and only before WAL mode is set.
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
       PRAGMA journal_size_limit = ${WAL_BYTES};
       PRAGMA cache_size = -${WRITER_CACHE_KIB};
       PRAGMA temp_store = MEMORY;
       PRAGMA secure_delete = ON;`, // so that no page keeps a text that was deleted
    );
    if (maxPages !== undefined) {
      db.exec(`PRAGMA max_page_count = ${maxPages}`);
    }
    refuseReadOnly(db);
    // Closing it before SQLite's connections would drop their locks.
    file = Deno.openSync(path, { read: true, write: true });
    migrate(db);
    // From here on the store copies the WAL, after a look at what the commit has written.
    db.exec("PRAGMA wal_autocheckpoint = 0");
    if (wasDamaged) removeDamageNote(path);
    const pageBytes = pragma(db, "page_size");
    return {
      db,
      pages: new RawPages(file, pageBytes),
      wal: new WalFile(
        openUnnoted(`${path}-wal`),
        Deno.openSync(`${path}-shm`),
        pageBytes,
      ),
    };
  } catch (error) {
    db?.close();
    file?.close();
    throw error instanceof StoreError ? error : explainOpenError(error, path);
  }
}

/**
 * Writes an unchanged value and rolls back. Without permission to write, or if another process has
 * the lock, this is the first statement that fails.
 */
function refuseReadOnly(db: DatabaseSync): void {
  db.prepare("BEGIN IMMEDIATE").run();
  db.prepare(`PRAGMA user_version = ${pragma(db, "user_version")}`).run();
  db.exec("ROLLBACK");
}

/**
 * Opens a connection that only reads; the writer's must be open already.
 *
 * @throws {StoreError} If something odd was put in the place of the store.
 */
export function openReader(path: string): DatabaseSync {
  refuseOddFiles(path);
  const db = new DatabaseSync(path, {
    readOnly: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  try {
    // Prepared, because an error of `exec` has no code.
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
  const folder = parentOf(path);
  try {
    return Deno.realPathSync(folder);
  } catch (error) {
    throw explainOpenError(error, path);
  }
}

/**
 * Lets SQLite roll back what was killed while WAL mode was not set: a creation, or another program
 * that has unset it. A journal is left then, or something else is in its place, and the read-only
 * connection of {@linkcode checkContent} cannot remove it.
 */
function rollBack(path: string): void {
  if (sizeOf(`${path}-journal`) === 0) return;
  try {
    using db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.prepare("SELECT 1 FROM sqlite_schema").get();
  } catch (error) {
    throw explainOpenError(error, path);
  }
}

/** Length of a file; 0 if there is none. */
function sizeOf(path: string): number {
  return lookAt(path)?.size ?? 0;
}

/**
 * Refuses a store if SQLite would open anything but plain files of ours, such as a named pipe, for
 * which it would wait for ever. Opens nothing: closing any descriptor of a file drops all its POSIX
 * locks.
 *
 * @param options.isWriter Refuse what may only be read as well: SQLite would give that mode to the
 * files that it makes beside the store, and they would keep it.
 * @throws {StoreError} If the store, or a file that SQLite has beside it, cannot be used.
 */
export function refuseOddFiles(path: string, { isWriter = false } = {}): void {
  try {
    for (const end of ["", "-wal", "-shm", "-journal"]) {
      const found = lookAt(`${path}${end}`);
      const odd = found &&
        (whyOdd(found) ?? (isWriter ? whyKeptOut(found, "write") : null));
      if (odd !== null) throw refusal(`${path}${end}`, odd);
    }
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    throw new StoreError(
      "not writable",
      `Cannot open store: ${error.message}`,
      { cause: error },
    );
  }
}

/**
 * Checks the header of the file, and creates the file if there is none. Call it before SQLite opens
 * the file: closing a descriptor of it drops SQLite's locks.
 *
 * @returns Whether the file has content.
 */
function checkFile(path: string): boolean {
  const header = new Uint8Array(FILE_HEADER_BYTES);
  let size = 0;
  let have = 0;
  try {
    using file = openToRead(path);
    if (file === null) return createFile(path);
    size = file.statSync().size;
    for (
      let n: number | null = 0;
      n !== null && have < FILE_HEADER_BYTES;
      have += n
    ) {
      n = file.readSync(header.subarray(have));
      if (n === null) break;
    }
  } catch (error) {
    throw error instanceof StoreError ? error : explainOpenError(error, path);
  }
  if (size === 0) return false; // left by a crash right after the creation
  if (
    have < FILE_HEADER_BYTES ||
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

/**
 * Creates an empty file that only its owner may read. SQLite gives the same mode to the files
 * beside it.
 */
function createFile(path: string): false {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    throw explainOpenError(error, path);
  }
  return false;
}

/**
 * Refuses a file that is damaged, not ours, or written by a later version. Uses a read-only
 * connection, because another one would copy the WAL to the file when it is closed.
 *
 * @param checkBytes Size of the largest file that is checked completely.
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
  // SQLite prints a title on the first line.
  throw corruptError(path, String(fault).replace(/^\*\*\*.*\n/, ""));
}

/** Runs each missing step in its own transaction, so that a crash leaves a complete version. */
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
