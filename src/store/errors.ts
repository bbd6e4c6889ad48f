// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Errors of the store, and the classification of SQLite's errors.
 * @module
 */
import { errorMessage, HomeError, openOwnFile } from "../context/mod.ts";
import { isWalShort } from "./wal_file.ts";

/**
 * The fault of a store's file. `corrupt`: damaged or no database. `newer`: written by a later
 * version. `foreign`: the database of another program. `not writable`: no permission or no such
 * folder. `busy`: another process is writing. `network`: on a network file system, where SQLite's
 * locks and shared memory are not reliable. `moved`: no longer in its place.
 */
export type StoreFault =
  | "corrupt"
  | "newer"
  | "foreign"
  | "not writable"
  | "busy"
  | "network"
  | "moved";

/** The store cannot be used. The message tells the user what to do; the file is unchanged. */
export class StoreError extends Error {
  override get name(): string {
    return "StoreError";
  }
  constructor(
    readonly fault: StoreFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** SQLite enlarges the index of the WAL by this much. */
const INDEX_BYTES = 32_768;

const TEMPORARY_CODES: ReadonlySet<number> = new Set([
  SQLITE_BUSY,
  SQLITE_LOCKED,
  SQLITE_READONLY,
  SQLITE_IOERR,
  SQLITE_FULL,
  SQLITE_CANTOPEN,
]);

/**
 * Tells whether an error comes from SQLite: a statement or a commit failed, and it is not a bug of
 * ours.
 */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && "code" in error &&
    error.code === "ERR_SQLITE_ERROR";
}

/**
 * Tells whether an event was refused because of the store and not because of the event: the disk is
 * full or read-only, another process writes, or the file is damaged or was moved.
 */
export function isTemporary(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  if (isSqliteError(error)) return TEMPORARY_CODES.has(primaryCode(error));
  return error instanceof Error && error.cause !== undefined &&
    isTemporary(error.cause);
}

/** Returns the error for the user after opening the file has failed. */
export function explainOpenError(error: unknown, path: string): StoreError {
  const cause = errorMessage(error);
  switch (primaryCode(error)) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return corruptError(path, cause, error);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return new StoreError(
        "busy",
        `Cannot open store as another process is writing to it: "${path}": ${cause}`,
        { cause: error },
      );
  }
  return explainCut(path, error) ?? new StoreError(
    "not writable",
    `Cannot open store: "${path}": ${cause}${askSystem(error, path)}`,
    { cause: error },
  );
}

/** Returns why a store cannot be opened whose WAL was cut; null if that is not the reason. */
function explainCut(path: string, cause: unknown): StoreError | null {
  try {
    return isWalShort(path) ? cutOpenError(path, cause) : null;
  } catch {
    return null; // the disk fails
  }
}

/**
 * Returns the error for the user after an open store has failed. SQLite does not say how to replace
 * a damaged file.
 */
export function explainFailure(error: Error, path: string): Error {
  switch (primaryCode(error)) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return new StoreError(
        "corrupt",
        `Cannot use store as it is damaged: "${path}": ${error.message}. Nothing more is written to it: stop the daemon (kaizen stop), then ${REPLACE}`,
        { cause: error },
      );
  }
  const reason = askSystem(error, path);
  return reason === ""
    ? error
    : new StoreError("not writable", `${error.message}${reason}`, {
      cause: error,
    });
}

/**
 * Returns why the system refuses to write, in brackets, where SQLite does not tell: the file system
 * has become read-only, or has no space for the index of the WAL. Returns "" if it does tell, or if
 * the system does not refuse. Writes a file beside the store, because closing the store's own file
 * would drop SQLite's locks.
 */
function askSystem(error: unknown, path: string): string {
  const code = primaryCode(error);
  if (code !== SQLITE_IOERR && code !== SQLITE_CANTOPEN) return "";
  const probe = `${path}-probe`;
  try {
    using file = openOwnFile(probe, { heal: true });
    try {
      const page = new Uint8Array(4096);
      for (let n = 0; n < INDEX_BYTES; n += page.length) file.writeSync(page);
    } finally {
      Deno.removeSync(probe);
    }
    return "";
  } catch (error) {
    const reason = error instanceof HomeError ? error.cause ?? error : error;
    const text = errorMessage(reason);
    return ` (${text.replace(/ \(os error [^]*$/, "")})`;
  }
}

/**
 * The low byte of the extended code is the primary code. An error of the constructor has no code.
 */
function primaryCode(error: unknown): number {
  return error instanceof Error && "errcode" in error
    ? Number(error.errcode) & 0xff
    : 0;
}

/** Advice for a damaged file. */
const REPLACE =
  'move it away together with its "-wal" and "-shm" files (a new store is then made), or go back to a backup: kaizen store restore FILE';

/** Returns the refusal of a damaged file, with advice. The file stays unchanged. */
export function corruptError(
  path: string,
  why: string,
  cause?: unknown,
): StoreError {
  return explainCut(path, cause) ?? new StoreError(
    "corrupt",
    `Cannot open store as it is damaged: "${path}": ${why}. It was left as it is: ${REPLACE}`,
    { cause },
  );
}

/** Returns the refusal of a store whose WAL was cut while a process had it open. */
export function cutOpenError(path: string, cause?: unknown): StoreError {
  return new StoreError(
    "moved",
    `Cannot open store as another program has cut "${path}-wal" while a process had the store open, and still has. ` +
      `End that process: fuser "${path}". The daemon then opens what is left: kaizen daemon start`,
    { cause },
  );
}

/**
 * Returns the fault of a store whose WAL, or its index, another program has changed while it was
 * open.
 *
 * @param loss What to add if events may be lost with the file.
 */
export function cutError(path: string, loss: string): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as another program has cut "${path}-wal", or written to it or to its index, while the daemon ran. Let the daemon open what is left: kaizen daemon restart${loss}`,
  );
}

/**
 * Returns the fault of a store that is not in its place any more.
 *
 * @param path Path of the file that is missing.
 * @param options.loss What to add if events may be lost with the file.
 */
export function movedError(
  path: string,
  { cause, loss = "" }: { cause?: unknown; loss?: string } = {},
): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as its files were moved or removed while the daemon ran: "${path}". Put them back, or let it open what is there now: kaizen daemon restart${loss}`,
    { cause },
  );
}

/**
 * Returns the fault of a store in whose place another one is.
 *
 * @param wal Where the WAL of the old store is kept; null if all of it is in the old file.
 */
export function replacedError(path: string, wal: string | null): StoreError {
  return new StoreError(
    "moved",
    `Cannot use store as another file was put in its place, or copied over it, while the daemon ran: "${path}". ` +
      "Let the daemon open what is there now: kaizen daemon restart. To go back to a backup: kaizen store restore FILE" +
      nameKept(wal),
  );
}

/** Returns a sentence that names where the WAL of an old store is kept; "" for null. */
export function nameKept(wal: string | null): string {
  return wal === null
    ? ""
    : `. The old store had not yet copied into its file what is in "${wal}"`;
}
