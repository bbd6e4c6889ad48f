// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How whoever lays an event into the spool tells a daemon that is running: by a new time on a file. A watch on the folder itself would
 * wake the daemon for every hook, since each looks into it.
 * @module
 */
import { openOwned } from "./durable_file.ts";
import { makeFolder, newFileOwner } from "./owner.ts";

const NEWS_FILE = ".news";

/** Returns the path of the file to watch, and makes it if it is missing. @throws {Deno.errors} As the system says. */
export function makeNews(folder: string): string {
  const owner = newFileOwner(folder);
  makeFolder(folder, owner);
  const path = `${folder}/${NEWS_FILE}`;
  openOwned(path, owner).close();
  return path;
}

/** Tells that something was laid into the spool. Where that cannot be told, the daemon looks by itself before long. */
export function tellNews(folder: string, nowMs: number): void {
  try {
    const seconds = nowMs / 1000;
    Deno.utimeSync(`${folder}/${NEWS_FILE}`, seconds, seconds);
  } catch {
    // No daemon has ever run here, or the file is in other hands.
  }
}
