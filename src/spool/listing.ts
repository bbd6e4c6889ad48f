// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What lies in a spool's folder.
 * @module
 */
import { TEMPORARY_PREFIX } from "./durable_file.ts";
import {
  compareEventNames,
  type EventName,
  parseEventName,
} from "./event_name.ts";

/** The names in a spool, sorted out. */
export interface Listing {
  /** Events to be delivered, in order. */
  pending: EventName[];
  /** Files being written, or left over. */
  temporary: string[];
  /** Folders in which root was writing. */
  stages: string[];
  /** What another version has put there: left alone. */
  unknown: string[];
}

/** Name of the folder for what will not be delivered. */
export const REJECTED_FOLDER = "rejected";
/** What the name of a rejected file ends with. */
export const REJECTED_SUFFIX = ".rejected";

/** Reads the names in `folder`; a folder that is not there is empty. */
export function listSpool(folder: string): Listing {
  return sortNames(readNames(folder));
}

/** Sorts the names in a spool's folder out. */
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

/** Names of the rejected files, in order. */
export function listRejected(folder: string): string[] {
  return readNames(`${folder}/${REJECTED_FOLDER}`)
    .filter((name) => name.endsWith(REJECTED_SUFFIX)).sort();
}

/** Size of a file in bytes; 0 if it has gone in the meantime. */
export function sizeOf(path: string): number {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Names in a folder, or none if it is not there. */
export function readNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
