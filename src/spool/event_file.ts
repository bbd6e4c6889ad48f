// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the file of an event.
 * @module
 */
import { readOwnFile } from "../context/mod.ts";

/**
 * The largest file of an event, in bytes: the largest frame, and the line that is before the bytes
 * of a rejected one. A larger file is no event.
 */
export const MAX_EVENT_FILE_BYTES = 17 * 1024 * 1024;

/**
 * Reads the file of an event, whether it waits or was rejected.
 *
 * @returns Null if there is none.
 * @throws {HomeError} If it is no plain file of ours, or larger than an event.
 */
export function readEvent(path: string): Uint8Array | null {
  return readOwnFile(path, MAX_EVENT_FILE_BYTES);
}
