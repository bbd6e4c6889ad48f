// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files of the home, which only this user may have made.
 * @module
 */
import { HomeError, systemReason } from "../context/mod.ts";

/**
 * Opens a file of the home with mode 0600, and makes it if it is missing. Follows no symbolic link
 * and writes through no hard link.
 *
 * @param mode `append` for a log; else the file is opened to be read and written.
 * @throws {HomeError} If the path is anything but a plain file with one name, or the system
 * refuses.
 */
export function openOwnFile(
  path: string,
  mode: { append?: boolean } = {},
): Deno.FsFile {
  const found = checkOwnFile(path);
  try {
    return openChecked(path, mode, found);
  } catch (error) {
    if (error instanceof HomeError) throw error;
    throw new HomeError(`Cannot open "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/**
 * Looks at a path without opening it.
 *
 * @returns The file, or null if there is none.
 * @throws {HomeError} If it is anything but a plain file with one name.
 */
function checkOwnFile(path: string): Deno.FileInfo | null {
  const found = lookAt(path);
  if (found?.isSymlink) {
    throw new HomeError(
      `Cannot use "${path}" as it is a symbolic link: remove it`,
    );
  }
  if (found && !found.isFile) {
    throw new HomeError(
      `Cannot use "${path}" as it is not a plain file: move it away`,
    );
  }
  if (found && (found.nlink ?? 1) > 1) {
    throw new HomeError(
      `Cannot use "${path}" as the file has ${found.nlink} names (hard links): remove the others`,
    );
  }
  return found;
}

/**
 * Looks at a path as `lstat` does.
 *
 * @returns Null if nothing is there.
 * @throws {HomeError} If the system does not say.
 */
export function lookAt(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new HomeError(`Cannot look at "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
}

function openChecked(
  path: string,
  mode: { append?: boolean },
  found: Deno.FileInfo | null,
): Deno.FsFile {
  const options = mode.append
    ? { append: true, mode: 0o600 }
    : { read: true, write: true, mode: 0o600 };
  // `createNew` never follows a link. If another process was faster, its file is checked once more.
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { ...options, createNew: found === null });
  } catch (error) {
    if (found !== null || !(error instanceof Deno.errors.AlreadyExists)) {
      throw error;
    }
    return openChecked(path, mode, checkOwnFile(path));
  }
  const opened = file.statSync();
  const named = lookAt(path);
  if (named?.ino === opened.ino && named.dev === opened.dev) return file;
  file.close();
  throw new HomeError(`Cannot use "${path}" as it changed while it was opened`);
}
