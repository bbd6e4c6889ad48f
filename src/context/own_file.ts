// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files of the home, which only this user may have made. Every file of the home is opened here.
 *
 * Deno has no `O_NOFOLLOW`, so a path is looked at before it is opened, and the open file is
 * compared with the path after that. A named pipe is never opened, because that can wait for ever.
 * @module
 */
import { HomeError } from "./errors.ts";
import { retryInterrupted } from "./retry_interrupted.ts";
import { systemReason } from "./system_error.ts";

/** Another process removed or replaced the file while it was opened. */
export class FileChangedError extends HomeError {
  override get name(): string {
    return "FileChangedError";
  }
}

/** How to open a file of the home. */
export interface OwnFileMode {
  /** Write at the end only, as for a log. */
  append?: boolean | undefined;
  /**
   * Rename what cannot be used and make a new file, instead of refusing. This is for small files
   * that kaizen can do without.
   */
  heal?: boolean | undefined;
  /** A larger file cannot be used. */
  maxBytes?: number | undefined;
}

/** Ends the name of what was moved out of the way. */
const ASIDE = ".odd";
/** Characters of a name that are kept then: the longest name leaves no room for more of them. */
const KEPT_CHARS = 60;
/** Mode of a folder of the home: the owner may do everything, others nothing. */
export const FOLDER_MODE = 0o700;
const OWNER_READS = 0o400;
const OWNER_WRITES = 0o200;

/**
 * Opens a file of the home with mode 0600, and makes it if it is missing. Follows no symbolic link
 * and writes through no hard link.
 *
 * @throws {HomeError} If the path is anything but a plain file of ours with one name, or the system
 * refuses.
 * @throws {FileChangedError} If another process replaced the file meanwhile.
 */
export function openOwnFile(
  path: string,
  mode: OwnFileMode = {},
): Deno.FsFile {
  let found = lookAt(path);
  const odd = found && (whyOdd(found, mode.maxBytes) ?? whyReadOnly(found));
  if (odd !== null) {
    if (!mode.heal) throw refusal(path, odd);
    setOddAside(path);
    found = null;
  }
  try {
    return openChecked(path, mode, found);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/**
 * Reads a file of the home.
 *
 * @param maxBytes Refuse a larger file.
 * @returns Null if there is no file.
 * @throws {HomeError} If the path is anything but a plain file of ours, if the file is too large,
 * or if the system refuses.
 * @throws {FileChangedError} If less comes than the file has.
 */
export function readOwnFile(path: string, maxBytes: number): Uint8Array | null {
  using file = openToRead(path, maxBytes);
  if (file === null) return null;
  const bytes = new Uint8Array(Math.min(file.statSync().size, maxBytes));
  let have = 0;
  while (have < bytes.length) {
    const more = retryInterrupted(() => file.readSync(bytes.subarray(have)));
    if (more === null) throw changed(path, "read");
    have += more;
  }
  return bytes;
}

/**
 * Opens a file of the home for reading.
 *
 * @returns Null if there is no file.
 * @throws {HomeError} As {@linkcode readOwnFile}.
 */
export function openToRead(
  path: string,
  maxBytes = Infinity,
): Deno.FsFile | null {
  const found = lookAt(path);
  if (found === null) return null;
  const odd = whyOdd(found, maxBytes);
  if (odd !== null) throw refusal(path, odd);
  try {
    return checkOpened(retryInterrupted(() => Deno.openSync(path)), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw cannotOpen(path, error);
  }
}

/**
 * Explains why a file of the home is not what it should be.
 *
 * @param info As `lstat` gives it.
 * @param maxBytes The largest size that it may have.
 * @returns Null if it is a plain file of ours.
 */
export function whyOdd(
  info: Deno.FileInfo,
  maxBytes = Infinity,
): string | null {
  if (info.isSymlink) return "it is a symbolic link";
  if (info.isDirectory) return "it is not a plain file but a folder";
  if (info.isFifo) return "it is not a plain file but a named pipe";
  if (!info.isFile) return "it is not a plain file";
  if (isForeign(info)) return `it belongs to user ${info.uid}`;
  if (info.size > maxBytes) {
    return `it must be <= ${maxBytes} bytes: current size is ${info.size}`;
  }
  return whyKeptOut(info, "read");
}

/**
 * Makes a folder of the home with mode 0700 if it is missing.
 *
 * @param heal Rename what cannot be used as a folder, and make a new one. Let the owner into a
 * folder that keeps even the owner out.
 * @returns Whether it was made.
 * @throws {HomeError} If the path is anything but a folder of ours, or the system refuses.
 */
export function makeOwnFolder(path: string, heal = false): boolean {
  const odd = whyNoOwnFolder(path);
  if (odd === null) {
    if (heal) openToOwner(path);
    return false;
  }
  if (odd !== "") {
    if (!heal) throw refusal(path, odd);
    setOddAside(path);
  }
  try {
    retryInterrupted(() => Deno.mkdirSync(path, { mode: FOLDER_MODE }));
    return true;
  } catch (error) {
    if (whyNoOwnFolder(path) === null) return false; // another process was faster
    throw error;
  }
}

/** Whether a folder has the mode of the home and of the folders in it. */
export function isPrivate({ mode }: Deno.FileInfo): boolean {
  return ((mode ?? FOLDER_MODE) & 0o777) === FOLDER_MODE;
}

function openToOwner(path: string): void {
  const { mode } = Deno.lstatSync(path);
  if (mode === null || (mode & FOLDER_MODE) === FOLDER_MODE) return;
  retryInterrupted(() => Deno.chmodSync(path, FOLDER_MODE));
}

/**
 * Explains why a path is not a folder of ours: null if it is one, "" if nothing is there.
 *
 * @throws {HomeError} If the system does not say.
 */
export function whyNoOwnFolder(path: string): string | null {
  const found = lookAt(path);
  if (found === null) return "";
  if (found.isSymlink) return "it is a symbolic link";
  if (!found.isDirectory) return "it is not a folder";
  return isForeign(found) ? `it belongs to user ${found.uid}` : null;
}

/**
 * Looks at a path as `lstat` does.
 *
 * @returns Null if nothing is there.
 * @throws {HomeError} If the system does not say.
 */
export function lookAt(path: string): Deno.FileInfo | null {
  try {
    return retryInterrupted(() => Deno.lstatSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new HomeError(`Cannot look at "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/**
 * Renames what is at a path, without opening it, so that a new file can be made there.
 *
 * @throws {HomeError} If the system refuses.
 */
export function setOddAside(path: string): void {
  try {
    const kept = path.slice(0, path.lastIndexOf("/") + 1 + KEPT_CHARS);
    const aside = `${kept}-${crypto.randomUUID()}${ASIDE}`;
    retryInterrupted(() => Deno.renameSync(path, aside));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // another process did it
    throw new HomeError(`Cannot rename "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/**
 * Explains why a file of ours must not be written. One with two names could be a file of another
 * folder.
 */
function whyReadOnly(info: Deno.FileInfo): string | null {
  if ((info.nlink ?? 1) > 1) {
    return `the file has ${info.nlink} names (hard links): remove the others`;
  }
  return whyKeptOut(info, "write");
}

const KEPT_OUT = "its owner may not";

/**
 * Explains why the mode of a file keeps its owner out.
 *
 * @param info As `lstat` gives it.
 * @returns Null if it does not. Nothing keeps root out.
 */
export function whyKeptOut(
  { mode }: Deno.FileInfo,
  act: "read" | "write",
): string | null {
  const permission = act === "read" ? OWNER_READS : OWNER_WRITES;
  return mode !== null && (mode & permission) === 0 && Deno.uid() !== 0
    ? `${KEPT_OUT} ${act} it`
    : null;
}

function isForeign({ uid }: Deno.FileInfo): boolean {
  return uid !== null && uid !== Deno.uid();
}

/**
 * Returns the refusal of what cannot be used.
 *
 * @param odd Why, as {@linkcode whyOdd} says.
 */
export function refusal(path: string, odd: string): HomeError {
  const repair = odd.includes(": ")
    ? ""
    : odd.startsWith(KEPT_OUT)
    ? `: run chmod u+rw "${path}"`
    : ": move it away";
  return new HomeError(`Cannot use "${path}" as ${odd}${repair}`);
}

function cannotOpen(path: string, error: unknown): HomeError {
  if (error instanceof HomeError) return error;
  return new HomeError(`Cannot open "${path}": ${systemReason(error)}`, {
    cause: error,
  });
}

function openChecked(
  path: string,
  mode: OwnFileMode,
  found: Deno.FileInfo | null,
): Deno.FsFile {
  const options = mode.append
    ? { read: true, append: true, mode: 0o600 }
    : { read: true, write: true, mode: 0o600 };
  // `createNew` never follows a link. If another process was faster, its file is checked once more.
  try {
    const createNew = found === null;
    const file = retryInterrupted(() =>
      Deno.openSync(path, { ...options, createNew })
    );
    return checkOpened(file, path);
  } catch (error) {
    if (found !== null || !(error instanceof Deno.errors.AlreadyExists)) {
      throw error;
    }
    return openOwnFile(path, { ...mode, heal: false });
  }
}

/** Closes the file, and refuses it, unless the path still names it. */
function checkOpened(file: Deno.FsFile, path: string): Deno.FsFile {
  const opened = file.statSync();
  const named = lookAt(path);
  if (named?.ino === opened.ino && named.dev === opened.dev) return file;
  file.close();
  throw changed(path, "opened");
}

function changed(path: string, how: string): FileChangedError {
  return new FileChangedError(
    `Cannot use "${path}" as it changed while it was ${how}`,
  );
}
