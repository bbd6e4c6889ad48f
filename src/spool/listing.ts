// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files in a spool's folder.
 * @module
 */
import { TEMPORARY_PREFIX } from "./durable_file.ts";
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
  /** Folders in which root was writing. */
  stages: string[];
  /** Files of another version, which are left alone. */
  unknown: string[];
}

/** Name of the folder for files that will not be delivered. */
export const REJECTED_FOLDER = "rejected";
/** Suffix of a rejected file's name. */
export const REJECTED_SUFFIX = ".rejected";

/** Reads the names in `folder`; a missing folder is empty. */
export function listSpool(folder: string): Listing {
  return sortNames(readNames(folder));
}

/** Sorts names by kind. */
export function sortNames(names: readonly string[]): Listing {
  const listing: Listing = {
    pending: [],
    temporary: [],
    stages: [],
    unknown: [],
  };
  for (const name of names) {
    const event = parseEventName(name);
    if (event !== null) listing.pending.push(event);
    else if (name.startsWith(TEMPORARY_PREFIX)) listing.temporary.push(name);
    else if (name.startsWith(".stage-")) listing.stages.push(name);
    else if (!name.startsWith(".") && name !== REJECTED_FOLDER) {
      listing.unknown.push(name);
    }
  }
  listing.pending.sort(compareEventNames);
  return listing;
}

/** Lists the names of the rejected files, in order. */
export function listRejected(folder: string): string[] {
  return readNames(`${folder}/${REJECTED_FOLDER}`)
    .filter((name) => name.endsWith(REJECTED_SUFFIX)).sort();
}

/** Returns the size of a file in bytes; 0 if it has gone in the meantime. */
export function sizeOf(path: string): number {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Lists the names in a folder; none if it does not exist. */
export function readNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
