// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files that are on disk whole or not at all, even if the process or the machine dies.
 * @module
 */
import {
  HomeError,
  openOwnFile,
  readOwnFile,
  retryInterrupted,
} from "../context/mod.ts";
import { randomHex } from "./event_name.ts";
import type { Fault } from "./faults.ts";
import { syncFolder } from "./place.ts";

/**
 * Prefix of a temporary file. The file belongs to the process that holds its `flock`; without a
 * holder it is a leftover.
 */
export const TEMPORARY_PREFIX = ".tmp-";
const FILE_MODE = 0o600;
/** The largest of the spool's own small files, with room for two writers at once; in bytes. */
const MAX_NOTE_BYTES = 1024 * 1024;

/** The place of a file. */
export interface DurableOptions {
  folder: string;
  name: string;
  fault: Fault;
}

/**
 * Writes a file under a temporary name, syncs it, renames it, and syncs its folder.
 *
 * @throws {Deno.errors} As the system reports it; nothing is left on disk then.
 */
export function writeDurably(bytes: Uint8Array, options: DurableOptions): void {
  const { folder, name, fault } = options;
  writeAt(folder, bytes, `${folder}/${name}`, fault);
  syncFolder(folder);
  fault("spool:after-folder-sync");
}

function writeAt(
  folder: string,
  bytes: Uint8Array,
  path: string,
  fault: Fault,
): void {
  fault("spool:before-open");
  const temporary = openTemporary(folder, fault);
  using file = temporary.file;
  try {
    const half = bytes.length >> 1;
    writeWhole(file, bytes.subarray(0, half));
    fault("spool:half-written");
    writeWhole(file, bytes.subarray(half));
    fault("spool:after-write");
    retryInterrupted(() => file.syncDataSync());
    fault("spool:after-sync");
    retryInterrupted(() => Deno.renameSync(temporary.path, path));
    fault("spool:after-rename");
  } catch (error) {
    removeIfThere(temporary.path);
    throw error;
  }
}

/**
 * Opens a temporary file and locks it. Before it is locked, another process may remove it as a
 * leftover; then another one is made.
 */
function openTemporary(
  folder: string,
  fault: Fault,
): { file: Deno.FsFile; path: string } {
  while (true) {
    const path = `${folder}/${TEMPORARY_PREFIX}${Deno.pid}-${randomHex(8)}`;
    const file = retryInterrupted(() =>
      Deno.openSync(path, { createNew: true, write: true, mode: FILE_MODE })
    );
    fault("spool:after-open");
    try {
      if (tryLock(file) && isStill(file, path)) {
        fault("spool:after-lock");
        return { file, path };
      }
    } catch (error) {
      file.close();
      removeIfThere(path);
      throw error;
    }
    file.close();
  }
}

/** Locks a file for this process alone, unless another process has it. */
export function tryLock(file: Deno.FsFile): boolean {
  return retryInterrupted(() => file.tryLockSync(true));
}

/** Whether `path` still names the open file. */
export function isStill(file: Deno.FsFile, path: string): boolean {
  try {
    return Deno.lstatSync(path).ino === file.statSync().ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes all of `bytes`, in as many calls as the system needs. */
export function writeWhole(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.length;) {
    sent += retryInterrupted(() => file.writeSync(bytes.subarray(sent)));
  }
}

/** Removes a file; it may have gone already. */
export function removeIfThere(path: string): void {
  try {
    retryInterrupted(() => Deno.removeSync(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Opens a small file of the spool's own for reading and writing, and makes it if it is missing. A
 * file that cannot be used is renamed: the spool can do without it, but not without its place.
 *
 * @param append Write at the end only.
 * @throws {HomeError} If the system refuses.
 */
export function openNote(path: string, append = false): Deno.FsFile {
  return openOwnFile(path, { append, heal: true, maxBytes: MAX_NOTE_BYTES });
}

/**
 * Reads a small file of the spool's own.
 *
 * @returns Null if it is missing or cannot be used.
 */
export function readNote(path: string): Uint8Array | null {
  try {
    return readOwnFile(path, MAX_NOTE_BYTES);
  } catch (error) {
    if (error instanceof HomeError) return null;
    throw error;
  }
}
