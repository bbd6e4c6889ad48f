// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells a running daemon that an event was spooled: by the modification time of a file. A watch on
 * the folder itself would wake the daemon for every hook, because each hook reads the folder.
 * @module
 */
import { lookAt, whyOdd } from "../context/mod.ts";
import { openNote } from "./durable_file.ts";
import { makePlace } from "./place.ts";

const NEWS_FILE = ".news";

/**
 * Returns the path of the file to watch, and makes it if it is missing.
 *
 * @throws {Deno.errors} As the system reports it.
 */
export function makeNews(folder: string): string {
  makePlace(folder);
  const path = `${folder}/${NEWS_FILE}`;
  openNote(path).close();
  return path;
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
