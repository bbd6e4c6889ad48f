// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files of agents and of git, which others edit, too: read with care, and replaced whole or not at
 * all.
 * @module
 */
import {
  isSystemError,
  parentOf,
  systemReason,
  whyForeign,
} from "../context/mod.ts";
import { AgentFileError } from "./errors.ts";

/** A file as it was read. */
export interface AgentFile {
  /** The path that its agent uses. */
  path: string;
  /** The file itself, at the end of all links. */
  target: string;
  /** Null if it does not exist. */
  text: string | null;
  /** Permission bits; those of a new file if it does not exist. */
  mode: number;
  gid: number | null;
  /** Largest size that is read and written, in bytes. */
  maxBytes: number;
}

/** How to read a file. */
interface AgentFileOptions {
  /** Largest size that is read, and written after that. */
  maxBytes?: number;
}

/** Larger settings are no settings, and each added hook takes some passes over them; in bytes. */
const MAX_BYTES = 1024 * 1024;
/** Claude Code lists its servers in the file in which it keeps its history; in bytes. */
export const MAX_SERVER_FILE_BYTES = 16 * 1024 * 1024;
const MAX_LINKS = 16;
const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o7777;
const OWNER_MAY_WRITE = 0o200;

/**
 * Reads a file; follows links, as dotfile managers make them.
 *
 * @throws {AgentFileError} If it is no plain UTF-8 file that this user may change. Nothing but a
 * plain file is opened.
 */
export function readAgentFile(
  path: string,
  { maxBytes = MAX_BYTES }: AgentFileOptions = {},
): AgentFile {
  return explain(path, () => {
    const target = followLinks(path);
    const info = look(target);
    refuseForeign(target);
    if (info === null) {
      return {
        path,
        target,
        text: null,
        mode: NEW_FILE_MODE,
        gid: null,
        maxBytes,
      };
    }
    if (!info.isFile) throw new AgentFileError("it is not a plain file");
    if ((info.nlink ?? 1) > 1) {
      throw new AgentFileError(`it has ${info.nlink} names (hard links)`);
    }
    if (info.size > maxBytes) {
      throw new AgentFileError(
        `it must be <= ${maxBytes} bytes: current size is ${info.size}`,
      );
    }
    return {
      path,
      target,
      text: decode(Deno.readFileSync(target)),
      mode: (info.mode ?? NEW_FILE_MODE) & PERMISSIONS,
      gid: info.gid,
      maxBytes,
    };
  });
}

/**
 * Replaces a file, or removes it: writes a temporary file beside it, syncs it, and renames it if
 * the file is still as it was read.
 *
 * @param after The new text; null removes the file.
 * @param mode Permission bits, if they are to be others.
 * @returns The folders that were made for it, outermost first.
 * @throws {AgentFileError} If the file has changed, is read-only, or cannot be written.
 */
export function writeAgentFile(
  file: AgentFile,
  after: string | null,
  mode: number = file.mode,
): string[] {
  return explain(file.path, () => {
    demandWritable(file);
    demandFit(file, after);
    const folders = after === null ? [] : makeFolders(parentOf(file.target));
    if (after === null) {
      demandUnchanged(file);
      Deno.removeSync(file.target);
    } else replace(file, after, mode);
    syncFolder(parentOf(file.target));
    return folders;
  });
}

/** @throws {AgentFileError} If the file is read-only. */
function demandWritable({ path, text, mode }: AgentFile): void {
  if (text === null || (mode & OWNER_MAY_WRITE) !== 0) return;
  throw new AgentFileError(`Cannot use "${path}" as it is read-only`);
}

/**
 * Checks whether a change could be made.
 *
 * @param after The new text; null removes the file.
 * @param project The repository that the file belongs to; null if it is the user's. A repository
 * comes from others, who may have made a link in it that leads to a file of the user.
 * @throws {AgentFileError} If the file is read-only, leads out of the repository, or would be too
 * large to be read again.
 */
export function demandChangeable(
  file: AgentFile,
  after: string | null,
  project: string | null,
): void {
  demandWritable(file);
  explain(file.path, () => {
    const folder = realFolder(file.target);
    if (
      project !== null &&
      !`${folder}/`.startsWith(`${Deno.realPathSync(project)}/`)
    ) {
      throw new AgentFileError(
        `it is in "${folder}", which is not in the repository`,
      );
    }
    demandFit(file, after);
  });
}

/** @throws {AgentFileError} If the file would be too large to be read again. */
function demandFit({ maxBytes }: AgentFile, after: string | null): void {
  const size = after === null ? 0 : new TextEncoder().encode(after).length;
  if (size <= maxBytes) return;
  throw new AgentFileError(
    `it must be <= ${maxBytes} bytes: with the change it has ${size}`,
  );
}

/** Returns the nearest folder of a path that exists, once all links are followed. */
function realFolder(path: string): string {
  let above = parentOf(path);
  while (look(above) === null) above = parentOf(above);
  return Deno.realPathSync(above);
}

/** Removes folders that are empty, innermost first. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      Deno.removeSync(folder);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return; // it has other files, or is gone
    }
  }
}

function replace(file: AgentFile, after: string, mode: number): void {
  const temporary = `${file.target}.kaizen-${Deno.pid}-${
    crypto.randomUUID().slice(0, 8)
  }`;
  const made = Deno.openSync(temporary, {
    createNew: true,
    write: true,
    mode: NEW_FILE_MODE,
  });
  try {
    try {
      const bytes = new TextEncoder().encode(after);
      for (let sent = 0; sent < bytes.length;) {
        sent += made.writeSync(bytes.subarray(sent));
      }
      made.syncSync();
      if (file.gid !== null && made.statSync().gid !== file.gid) {
        Deno.chownSync(temporary, null, file.gid);
      }
    } finally {
      made.close();
    }
    Deno.chmodSync(temporary, mode);
    demandUnchanged(file);
    Deno.renameSync(temporary, file.target);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch (second) {
      if (!isSystemError(second)) throw second;
    }
    throw error;
  }
}

/** @throws {AgentFileError} If the file is not as it was read. */
function demandUnchanged({ path, target, text, maxBytes }: AgentFile): void {
  const now = readAgentFile(path, { maxBytes });
  if (now.target !== target || now.text !== text) {
    throw new AgentFileError("it was changed in the meantime: try again");
  }
}

function makeFolders(folder: string): string[] {
  if (look(folder) !== null) return [];
  const above = makeFolders(parentOf(folder));
  Deno.mkdirSync(folder);
  return [...above, folder];
}

/** A renamed file is on disk once its folder is. */
function syncFolder(folder: string): void {
  try {
    using file = Deno.openSync(folder);
    file.syncSync();
  } catch (error) {
    // Some file systems cannot sync a folder.
    if (!isSystemError(error)) throw error;
  }
}

/**
 * Returns the path at the end of all links; it need not exist. Root, who may change every file,
 * follows no link of another user.
 */
function followLinks(path: string): string {
  let at = path;
  for (let hops = 0; hops <= MAX_LINKS; hops++) {
    if (Deno.uid() === 0) refuseForeign(at);
    const info = lookAtLink(at);
    if (info === null) return at;
    if (!info.isSymlink) return Deno.realPathSync(at);
    const link = Deno.readLinkSync(at);
    at = link.startsWith("/") ? link : `${parentOf(at)}/${link}`;
  }
  throw new AgentFileError(`it has more than ${MAX_LINKS} links`);
}

function refuseForeign(path: string): void {
  const why = whyForeign(path);
  if (why !== null) throw new AgentFileError(why);
}

function look(path: string): Deno.FileInfo | null {
  return orNull(() => Deno.statSync(path));
}

function lookAtLink(path: string): Deno.FileInfo | null {
  return orNull(() => Deno.lstatSync(path));
}

function orNull(work: () => Deno.FileInfo): Deno.FileInfo | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (error) {
    throw new AgentFileError("it is not UTF-8", { cause: error });
  }
}

function explain<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainFault(path, error);
  }
}

/** Returns the error with the path in its message; one that is not a fault of the file stays. */
export function explainFault(path: string, error: unknown): unknown {
  if (error instanceof AgentFileError) {
    return error.message.startsWith("Cannot ")
      ? error
      : new AgentFileError(`Cannot use "${path}" as ${error.message}`, {
        cause: error,
      });
  }
  return isSystemError(error)
    ? new AgentFileError(`Cannot use "${path}": ${systemReason(error)}`, {
      cause: error,
    })
    : error;
}
