// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Opening a transcript. Its path comes from a payload or from a folder of the agent's, so nothing
 * about it is trusted.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import {
  FileChangedError,
  HomeError,
  lookAt,
  openToRead,
  whyKeptOut,
} from "../context/mod.ts";

/** Why a file cannot be read as a transcript. */
export type TranscriptFault =
  | "missing"
  /** A link, a folder, a pipe, a device. */
  | "not a plain file"
  | "another user's"
  /** Its mode keeps even its owner out. */
  | "closed"
  /**
   * Its name or its content is not that of the agent's transcripts, or it is outside of its folder.
   */
  | "not a transcript"
  | "too large"
  /** It was replaced while it was opened. */
  | "changed"
  | "unreadable";

/** A file cannot be read as a transcript. */
export class TranscriptError extends Error {
  override get name(): string {
    return "TranscriptError";
  }
  /** The fault in words. */
  readonly reason: string;
  constructor(
    readonly fault: TranscriptFault,
    path: string,
    options?: ErrorOptions,
  ) {
    super(`Cannot read transcript "${path}": ${REASONS[fault]}`, options);
    this.reason = REASONS[fault];
  }
}

const REASONS: Record<TranscriptFault, string> = {
  "missing": "no such file",
  "not a plain file": "it is not a plain file",
  "another user's": "it belongs to another user",
  "closed": "its owner may not read it",
  "not a transcript": "it is not a transcript of the agent",
  "too large": "it is larger than 2 GiB",
  "changed": "it changed while it was opened",
  "unreadable": "the system refuses",
};

/** No agent writes a larger one. */
const MAX_BYTES = 2 * 1024 ** 3;

/** The form of an agent's paths: the file's name, and the folders that hold all transcripts. */
interface Form {
  readonly file: RegExp;
  readonly folders: readonly string[];
}

const FORMS: Readonly<Partial<Record<AgentName, Form>>> = {
  claude: { file: /^(?!rollout-)[\w-]+\.jsonl$/, folders: ["/projects/"] },
  codex: {
    file: /^rollout-[\w.-]+\.jsonl$/,
    folders: ["/sessions/", "/archived_sessions/"],
  },
};

/** Returns true if a path has the form of the agent's transcripts. Nothing is looked at. */
export function isTranscriptPath(agent: AgentName, path: string): boolean {
  const form = FORMS[agent];
  return form !== undefined && path.startsWith("/") && path.length <= 4096 &&
    // deno-lint-ignore no-control-regex
    !/[\0-\x1f]|\/\.\.?\//.test(path) &&
    form.file.test(path.slice(path.lastIndexOf("/") + 1));
}

/**
 * Opens a transcript for reading. Only a plain file of this user is opened; its folder may be
 * reached through links only if it is still in the folder of all transcripts then.
 *
 * @throws {TranscriptError} If it is anything else.
 */
export function openTranscript(agent: AgentName, path: string): Deno.FsFile {
  if (!isTranscriptPath(agent, path)) {
    throw new TranscriptError("not a transcript", path);
  }
  const fault = findFault(agent, path);
  if (fault !== null) throw new TranscriptError(fault, path);
  try {
    const file = openToRead(path);
    if (file !== null) return file;
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    const fault = error instanceof FileChangedError ? "changed" : "unreadable";
    throw new TranscriptError(fault, path, { cause: error });
  }
  throw new TranscriptError("missing", path);
}

function findFault(agent: AgentName, path: string): TranscriptFault | null {
  try {
    const info = lookAt(path);
    if (info === null) return "missing";
    if (!info.isFile || info.isSymlink) return "not a plain file";
    if (info.uid !== null && info.uid !== Deno.uid()) return "another user's";
    if (whyKeptOut(info, "read") !== null) return "closed";
    if (info.size > MAX_BYTES) return "too large";
    return leavesFolder(agent, path) ? "not a transcript" : null;
  } catch (error) {
    // A part of the path is no folder, or may not be entered.
    if (error instanceof HomeError) return "unreadable";
    throw error;
  }
}

function leavesFolder(agent: AgentName, path: string): boolean {
  for (const folder of FORMS[agent]?.folders ?? []) {
    const end = path.lastIndexOf(folder);
    if (end < 0) continue;
    try {
      const root = Deno.realPathSync(path.slice(0, end + folder.length));
      if (!Deno.realPathSync(path).startsWith(`${root}/`)) return true;
    } catch {
      return true;
    }
  }
  return false;
}
