// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The newest commit of a repository, read from its files: git itself may take too long to start.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { currentDirectory } from "./workspace.ts";

/** The newest commit; null is what could not be told. */
export interface Commit {
  commit: string | null;
  /** Null also where `HEAD` is detached. */
  branch: string | null;
  /** The first paragraph of its message in one line. */
  subject: string | null;
}

/** Where a repository's files may lie. */
export interface Repository {
  /** The top of the work tree. */
  top: string;
  context: Pick<Context, "env" | "cwd">;
}

/** A branch may point to another one; this many are followed. */
const MAX_LINKS = 5;
/** Of a commit this much is looked at, in bytes: its headers and the first lines of its message. */
const MAX_COMMIT_BYTES = 256 * 1024;

/**
 * Reads the newest commit. It says less than git would where the repository keeps its branches in another format, and where the commit
 * is in a pack, which leaves out the subject.
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

/** The repository's own folder: `.git`, or where a linked work tree or a submodule keeps its own. */
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

/** The folder that a file names, relative to another one; null if there is no such file. */
async function followFile(path: string, from: string): Promise<string | null> {
  const line = (await readLine(path)).replace(/^gitdir: /, "");
  return line === "" ? null : resolvePath(line, from);
}

function resolvePath(path: string, from: string): string {
  return path.startsWith("/") ? path : `${from}/${path}`;
}

/** The id that a line of `HEAD` or of a branch stands for; null if it stands for none. */
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

/** The content of a reference, empty if there is none: a file of its own, or a line among those that were packed. */
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

/** The subject of a commit, if that is an object with a file of its own. */
async function readSubject(id: string, shared: string): Promise<string | null> {
  try {
    const path = `${shared}/objects/${id.slice(0, 2)}/${id.slice(2)}`;
    using file = await Deno.open(path);
    const bytes = await readInflated(file.readable);
    return findSubject(bytes);
  } catch {
    return null; // in a pack, or damaged
  }
}

/** Decompresses the beginning of an object. */
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

/** The subject in the text of a commit; null if it is no commit, or in an encoding that is not known. */
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
  return (await readText(path)).split("\n", 1)[0]?.trimEnd() ?? "";
}

/** The text of a file, empty if it cannot be read. */
async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}
