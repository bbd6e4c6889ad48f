// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Temporary files of dead writers: kept if they are whole, removed if not.
 * @module
 */
import {
  HomeError,
  lookAt,
  openOwnFile,
  retryInterrupted,
} from "../context/mod.ts";
import { isStill, removeIfThere, tryLock } from "./durable_file.ts";
import {
  MAX_EVENT_FILE_BYTES,
  readEvent,
  setUnreadableAside,
} from "./event_file.ts";
import { type EventName, nextEventName, parseEventName } from "./event_name.ts";
import { type Listing, readEntries, sortEntries } from "./listing.ts";
import { syncFolder } from "./place.ts";

/** Leftovers handled in one go, which takes milliseconds for each; the next delivery goes on. */
const MAX_AT_ONCE = 64;

/** The spool that is searched for leftovers. */
export interface LeftoverOptions {
  folder: string;
  listing: Listing;
  nowMs: number;
  /** Whether these bytes are a whole event. */
  isWhole: (bytes: Uint8Array) => boolean;
}

/**
 * Handles temporary files without a holder. A whole event is queued after those that are
 * pending.
 */
export function recoverLeftovers(options: LeftoverOptions): void {
  const { folder, listing } = options;
  const present = [...listing.pending];
  for (const name of listing.temporary.slice(0, MAX_AT_ONCE)) {
    recover(`${folder}/${name}`, present, options);
  }
}

/** Removes temporary files in `folder` that no process holds. */
export function clearLeftovers(folder: string): void {
  const { temporary } = sortEntries(readEntries(folder));
  for (const name of temporary.slice(0, MAX_AT_ONCE)) {
    recover(`${folder}/${name}`, [], {
      folder,
      nowMs: 0,
      isWhole: () => false,
    });
  }
}

function recover(
  path: string,
  present: EventName[],
  { folder, nowMs, isWhole }: Omit<LeftoverOptions, "listing">,
): void {
  using file = openLeftover(path);
  if (file === null || !tryLock(file) || !isStill(file, path)) return;
  const bytes = readEvent(path);
  if (bytes === null || !isWhole(bytes)) return removeIfThere(path);
  retryInterrupted(() => file.syncDataSync());
  const name = nextEventName(present, nowMs);
  retryInterrupted(() => Deno.renameSync(path, `${folder}/${name}`));
  syncFolder(folder);
  const event = parseEventName(name);
  if (event !== null) present.push(event);
}

/**
 * Opens a leftover; null if its writer is done. One that is not a file that a writer makes is
 * renamed.
 */
function openLeftover(path: string): Deno.FsFile | null {
  if (lookAt(path) === null) return null;
  try {
    return openOwnFile(path, { maxBytes: MAX_EVENT_FILE_BYTES });
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    setUnreadableAside(path, error);
    return null;
  }
}
