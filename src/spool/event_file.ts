// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the file of an event.
 * @module
 */
import {
  FileChangedError,
  HomeError,
  isSystemError,
  readOwnFile,
  setOddAside,
} from "../context/mod.ts";

/**
 * The largest file of an event, in bytes: the largest frame, and the line that is before the bytes
 * of a rejected one. A larger file is no event.
 */
export const MAX_EVENT_FILE_BYTES = 17 * 1024 * 1024;

/**
 * Reads the file of an event, whether it waits or was rejected.
 *
 * @returns Null if there is none.
 * @throws {HomeError} If it is not a plain file of ours, or larger than an event.
 */
export function readEvent(path: string): Uint8Array | null {
  return readOwnFile(path, MAX_EVENT_FILE_BYTES);
}

/**
 * Reads the file of an event for delivery. A file that can never be read is renamed, so that it
 * does not hold up other events.
 *
 * @returns Null if there is none, or if it cannot be read now.
 */
export function takeEvent(path: string): Uint8Array | null {
  try {
    return readEvent(path);
  } catch (error) {
    if (error instanceof HomeError) setUnreadableAside(path, error);
    else if (!isSystemError(error)) throw error;
    return null;
  }
}

/**
 * Renames a file that can never be read. If the system refuses to open a plain file that its owner
 * may read, this may pass, so such a file stays where it is.
 */
export function setUnreadableAside(path: string, error: HomeError): void {
  const mayPass = error instanceof FileChangedError ||
    error.cause !== undefined;
  if (!mayPass) setOddAside(path);
}
