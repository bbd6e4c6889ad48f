// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A file beside the store that says why nothing more was written to it. The next start then checks
 * the whole store.
 * @module
 */
import { lookAt, openOwnFile } from "../context/mod.ts";

function notePath(path: string): string {
  return `${path}-damaged`;
}

/** Whether the store was found damaged when it was last in use. */
export function hasDamageNote(path: string): boolean {
  try {
    return lookAt(notePath(path))?.isFile ?? false;
  } catch {
    return false; // the system does not say
  }
}

/** Leaves a note with a message. */
export function leaveDamageNote(path: string, message: string): void {
  try {
    using note = openOwnFile(notePath(path), { heal: true });
    note.truncateSync();
    note.writeSync(new TextEncoder().encode(`${message}\n`));
  } catch {
    // Only a large file needs the note. Its damage is found again when it is read.
  }
}

/** Removes the note, because the file has been replaced or is not damaged after all. */
export function removeDamageNote(path: string): void {
  try {
    Deno.removeSync(notePath(path));
  } catch {
    // The note stays, and the next start checks the whole file again.
  }
}
