// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The home's id, which distinguishes the records of several machines.
 * @module
 */
import {
  HomeError,
  openOwnFile,
  readOwnFile,
  systemReason,
} from "../context/mod.ts";
import { decodeText } from "../proto/mod.ts";

const ID = /^[0-9a-f]{32}\n$/;
const ID_BYTES = 16;
const FILE_BYTES = 2 * ID_BYTES + 1;

/**
 * Reads the home's id, and makes one at random if there is none. A file with anything else in it is
 * what a crash has left before the id was used.
 *
 * @throws {HomeError} If the file cannot be read or written.
 */
export function readMachineId(path: string): string {
  const found = decodeText(readOwnFile(path, FILE_BYTES) ?? new Uint8Array());
  if (ID.test(found)) return found.trim();
  const id = crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex();
  using file = openOwnFile(path, { maxBytes: FILE_BYTES });
  try {
    file.writeSync(new TextEncoder().encode(`${id}\n`));
    file.truncateSync(FILE_BYTES);
    // Before the first record carries it.
    file.syncDataSync();
  } catch (error) {
    throw new HomeError(`Cannot write "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
  return id;
}
