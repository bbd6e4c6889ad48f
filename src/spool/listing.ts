// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files in a spool's folder.
 * @module
 */
import {
  isSystemError,
  lookAt,
  retryInterrupted,
  whyNoOwnFolder,
  whyOdd,
} from "../context/mod.ts";
import { TEMPORARY_PREFIX } from "./durable_file.ts";
import { MAX_EVENT_FILE_BYTES } from "./event_file.ts";
import {
  compareEventNames,
  type EventName,
  parseEventName,
} from "./event_name.ts";

/** The names in a spool, by kind. */
export interface Listing {
  /** Events to be delivered, in order. */
  pending: EventName[];
  /** Files that are being written, or leftovers. */
  temporary: string[];
  /** Files of another version, which are left alone. */
  unknown: string[];
  /** Entries that are no plain file, or were moved away because they could not be used. */
  odd: string[];
}

/** Name of the folder for files that will not be delivered. */
export const REJECTED_FOLDER = "rejected";
/** Suffix of a rejected file's name. */
export const REJECTED_SUFFIX = ".rejected";
/** Ends the name of what was moved out of the way. */
const ODD_SUFFIX = ".odd";

/** Reads the names in `folder`; a missing folder is empty. */
export function listSpool(folder: string): Listing {
  return sortEntries(readEntries(folder));
}

/** Sorts the entries of a folder by kind. */
export function sortEntries(entries: readonly Deno.DirEntry[]): Listing {
  const listing: Listing = {
    pending: [],
    temporary: [],
    unknown: [],
    odd: [],
  };
  for (const { name, isFile, isDirectory } of entries) {
    const event = parseEventName(name);
    if (name === REJECTED_FOLDER && isDirectory) continue;
    if (!isFile || name.endsWith(ODD_SUFFIX)) listing.odd.push(name);
    else if (event !== null) listing.pending.push(event);
    else if (name.startsWith(TEMPORARY_PREFIX)) listing.temporary.push(name);
    else if (!name.startsWith(".") && name !== REJECTED_FOLDER) {
      listing.unknown.push(name);
    }
  }
  listing.pending.sort(compareEventNames);
  listing.odd.sort();
  return listing;
}

/** Lists the names of the rejected files, in order. */
export function listRejected(folder: string): string[] {
  return sortRejected(folder).rejected;
}

/**
 * Lists the names in the folder of rejected files, each kind in order. A folder that cannot be read
 * is odd itself.
 */
export function sortRejected(
  folder: string,
): { rejected: string[]; odd: string[] } {
  const path = `${folder}/${REJECTED_FOLDER}`;
  if (whyNoOwnFolder(path) !== null) return { rejected: [], odd: [] };
  const names = (isWanted: (entry: Deno.DirEntry) => boolean) =>
    entries.filter(isWanted).map(({ name }) => name).sort();
  let entries: Deno.DirEntry[];
  try {
    entries = readEntries(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { rejected: [], odd: [REJECTED_FOLDER] };
  }
  return {
    rejected: names(({ name, isFile }) =>
      isFile && name.endsWith(REJECTED_SUFFIX)
    ),
    odd: names(({ name, isFile }) => !isFile || name.endsWith(ODD_SUFFIX))
      .map((name) => `${REJECTED_FOLDER}/${name}`),
  };
}

/**
 * Returns the size of an event's file in bytes; 0 if it has gone in the meantime, or is no event's
 * file. A file with holes can be larger than a disk.
 */
export function sizeOf(path: string): number {
  const found = lookAt(path);
  return found === null || whyOdd(found, MAX_EVENT_FILE_BYTES) !== null
    ? 0
    : found.size;
}

/** Lists what is in a folder; nothing if it does not exist. */
export function readEntries(folder: string): Deno.DirEntry[] {
  try {
    return retryInterrupted(() => [...Deno.readDirSync(folder)]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
