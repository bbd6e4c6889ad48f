// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reading the newest commit of a repository from its files, as git may take too long to start.
 * @module
 */
import { type Context, currentDirectory } from "../context/mod.ts";

/** The newest commit. Values that are not known are null. */
export interface Commit {
  commit: string | null;
  /** Also null if `HEAD` is detached. */
  branch: string | null;
  /** The first paragraph of the message, as one line. */
  subject: string | null;
}

/** The places of a repository's files. */
export interface Repository {
  /** The top of the work tree. */
  top: string;
  context: Pick<Context, "env" | "cwd">;
}

/** Maximum number of symbolic references to follow. */
const MAX_LINKS = 5;
/** Maximum number of bytes of a commit to read; the subject is near the beginning. */
const MAX_COMMIT_BYTES = 256 * 1024;
/** Largest file to read, in bytes: half a million packed references. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** Largest file of one line, which holds a path or a name. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Reads the newest commit. The subject is null if the commit is in a pack file, and all values are
 * null if the repository uses another format for references.
 */
export async function readHead(repository: Repository): Promise<Commit> {
  const found: Commit = { commit: null, branch: null, subject: null };
  const folder = await findGitFolder(repository);
  if (folder === null) return found;
  const shared = await followFile(`${folder}/commondir`, folder) ?? folder;
  const head = await readLine(`${folder}/HEAD`);
  found.branch = /^ref: refs\/heads\/(?!\.invalid$)(.+)$/.exec(head)?.[1] ??
    null;
  found.commit = await resolveId(head, [folder, shared]);
  if (found.commit !== null) {
    found.subject = await readSubject(found.commit, shared);
  }
  return found;
}

/** Returns the git directory: `.git`, or that of a linked work tree or a submodule. */
async function findGitFolder(
  { top, context }: Repository,
): Promise<string | null> {
  const named = context.env("GIT_DIR");
  if (named !== undefined) {
    return resolvePath(named, currentDirectory(context) ?? top);
  }
  const path = `${top}/.git`;
  try {
    if ((await Deno.stat(path)).isDirectory) return path;
  } catch {
    return null;
  }
  return await followFile(path, top);
}

/** Returns the directory that a file contains, or null if there is no such file. */
async function followFile(path: string, from: string): Promise<string | null> {
  const line = (await readLine(path)).replace(/^gitdir: /, "");
  return line === "" ? null : resolvePath(line, from);
}

function resolvePath(path: string, from: string): string {
  return path.startsWith("/") ? path : `${from}/${path}`;
}

/** Returns the commit id that a line of `HEAD` leads to, or null if there is none. */
async function resolveId(
  line: string,
  folders: readonly string[],
): Promise<string | null> {
  for (let links = 0; links <= MAX_LINKS; links++) {
    if (/^[0-9a-f]{40,64}$/.test(line)) return line;
    const ref = /^ref: (refs\/.+)$/.exec(line)?.[1];
    if (ref === undefined || ref.split("/").includes("..")) return null;
    line = await readRef(ref, folders);
  }
  return null;
}

/** Returns the content of a loose or packed reference, or an empty string if there is none. */
async function readRef(
  ref: string,
  folders: readonly string[],
): Promise<string> {
  for (const folder of folders) {
    const line = await readLine(`${folder}/${ref}`);
    if (line !== "") return line;
  }
  const packed = await readText(`${folders.at(-1)}/packed-refs`);
  const end = packed.indexOf(` ${ref}\n`);
  return end < 0 ? "" : packed.slice(packed.lastIndexOf("\n", end) + 1, end);
}

/** Returns the subject of a commit, or null if it is not a loose object. */
async function readSubject(id: string, shared: string): Promise<string | null> {
  try {
    const path = `${shared}/objects/${id.slice(0, 2)}/${id.slice(2)}`;
    if (!await isReadable(path)) return null;
    using file = await Deno.open(path);
    const bytes = await readInflated(file.readable);
    return findSubject(bytes);
  } catch {
    return null; // in a pack file, or damaged
  }
}

/** Decompresses the beginning of an object file. */
async function readInflated(
  file: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(MAX_COMMIT_BYTES);
  let length = 0;
  for await (
    const chunk of file.pipeThrough(new DecompressionStream("deflate"))
  ) {
    const part = chunk.subarray(0, bytes.length - length);
    bytes.set(part, length);
    length += part.length;
    if (length === bytes.length) break;
  }
  return bytes.subarray(0, length);
}

/** Returns the subject in a commit object, or null if the object is not a commit. */
function findSubject(bytes: Uint8Array): string | null {
  const latin = new TextDecoder("latin1").decode(bytes);
  const [head = ""] = latin.split("\n\n", 1);
  if (!head.startsWith("commit ")) return null;
  const encoding = /^encoding (.+)$/m.exec(head)?.[1] ?? "utf-8";
  const message = new TextDecoder(encoding)
    .decode(bytes.subarray(head.length));
  const lines = message.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return "";
  const end = lines.indexOf("", first);
  return lines.slice(first, end < 0 ? undefined : end).join(" ");
}

async function readLine(path: string): Promise<string> {
  const text = await readText(path, MAX_LINE_BYTES);
  return text.split("\n", 1)[0]?.trimEnd() ?? "";
}

/** Returns the content of a file, or an empty string if it cannot be read. */
async function readText(
  path: string,
  maxBytes = MAX_FILE_BYTES,
): Promise<string> {
  try {
    return await isReadable(path, maxBytes)
      ? await Deno.readTextFile(path)
      : "";
  } catch {
    return "";
  }
}

/** Whether a file ends: a repository may have a named pipe or a link to a device in its place. */
async function isReadable(
  path: string,
  maxBytes = MAX_FILE_BYTES,
): Promise<boolean> {
  const { isFile, size } = await Deno.stat(path);
  return isFile && size <= maxBytes;
}
