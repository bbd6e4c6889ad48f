// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells a running daemon that an event was spooled: by the modification time of a file.
 * @module
 */
import { lookAt, whyOdd } from "../context/mod.ts";
import { openNote } from "./durable_file.ts";
import { makeFolder } from "./place.ts";

const NEWS_FILE = ".news";

/**
 * Makes the file, and the spool in a home that is there, if they are missing, so that hooks tell of
 * events.
 *
 * @throws {Deno.errors} As the system reports it.
 */
export function makeNews(folder: string): void {
  makeFolder(folder);
  openNote(`${folder}/${NEWS_FILE}`).close();
}

/** Returns when an event was last told of, in epoch milliseconds; null if that is not known. */
export function newsMs(folder: string): number | null {
  try {
    const { mtime } = Deno.lstatSync(`${folder}/${NEWS_FILE}`);
    return mtime?.getTime() ?? null;
  } catch {
    return null;
  }
}

/**
 * Tells that an event was spooled. If that fails, the daemon finds the event when it next looks by
 * itself.
 */
export function tellNews(folder: string, nowMs: number): void {
  try {
    const path = `${folder}/${NEWS_FILE}`;
    const found = lookAt(path);
    if (found === null || whyOdd(found) !== null) return;
    const seconds = nowMs / 1000;
    Deno.utimeSync(path, seconds, seconds);
  } catch {
    // No daemon has ever run here, or the file belongs to another user.
  }
}
