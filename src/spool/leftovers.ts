// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Temporary files of dead writers: kept if they are whole, removed if not.
 * @module
 */
import { isStill, removeIfThere, TEMPORARY_PREFIX } from "./durable_file.ts";
import { type EventName, nextEventName, parseEventName } from "./event_name.ts";
import { type Listing, readNames } from "./listing.ts";
import { syncFolder } from "./owner.ts";

/** No writer takes longer than this, in milliseconds. */
const STAGE_LIFE_MS = 3_600_000;

/** The spool that is searched for leftovers. */
export interface LeftoverOptions {
  folder: string;
  listing: Listing;
  nowMs: number;
  /** Whether these bytes are a whole event. */
  isWhole: (bytes: Uint8Array) => boolean;
}

/**
 * Handles every temporary file without a holder. A whole event is queued after those that are
 * pending.
 */
export function recoverLeftovers(options: LeftoverOptions): void {
  const { folder, listing } = options;
  const present = [...listing.pending];
  for (const name of listing.temporary) {
    recover(`${folder}/${name}`, present, options);
  }
  for (const stage of listing.stages) {
    clearStage(`${folder}/${stage}`, options.nowMs);
  }
}

/** Removes every temporary file in `folder` that no process holds. */
export function clearLeftovers(folder: string): void {
  for (const name of readNames(folder)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
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
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // its writer is done
    throw error;
  }
  using _ = file;
  if (!file.tryLockSync(true) || !isStill(file, path)) return;
  if (!isWhole(Deno.readFileSync(path))) return removeIfThere(path);
  file.syncDataSync();
  const name = nextEventName(present, nowMs);
  Deno.renameSync(path, `${folder}/${name}`);
  syncFolder(folder);
  const event = parseEventName(name);
  if (event !== null) present.push(event);
}

/**
 * Root was killed in this folder before its event was in place, so no event is lost. Only root can
 * remove the folder.
 */
function clearStage(stage: string, nowMs: number): void {
  try {
    const made = Deno.lstatSync(stage).mtime?.getTime() ?? nowMs;
    if (nowMs - made < STAGE_LIFE_MS) return;
    Deno.removeSync(stage, { recursive: true });
  } catch (error) {
    const isOthers = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotFound;
    if (!isOthers) throw error;
  }
}
