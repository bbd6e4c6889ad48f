// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Changes of files that are planned first, shown to the user, and made after that.
 * @module
 */
import { parentOf } from "../context/mod.ts";
import {
  type AgentFile,
  MAX_SERVER_FILE_BYTES,
  readAgentFile,
  removeEmptyFolders,
  writeAgentFile,
} from "./agent_file.ts";
import type { Journal, KeptKind } from "./journal.ts";
import { undoText } from "./undo_text.ts";

/** A change of one file. */
export interface FileChange {
  /** The agent, or `git`. */
  owner: string;
  /** The repository whose hooks these are; null means the user's. */
  project: string | null;
  file: AgentFile;
  kept: KeptKind;
  /** Null removes the file. */
  after: string | null;
  /** Permission bits after the change. */
  mode: number;
  /** Members that are no reason to keep a file that we made. */
  head?: Readonly<Record<string, unknown>>;
}

/** Changes that are not made yet. */
export interface HookPlan {
  changes: FileChange[];
  /** Sentences for the user. */
  notes: string[];
}

/**
 * Makes the changes of an installation.
 *
 * @throws {AgentFileError} If a file cannot be written; it is as it was.
 */
export function applyChanges(
  changes: readonly FileChange[],
  journal: Journal,
): void {
  for (const change of changes) {
    const { owner, project, file, kept, after, mode, head = {} } = change;
    const { path, text } = file;
    const last = journal.find(path);
    // A second installation keeps what was there before the first one.
    const before = undoText(text, { entry: last, owner, kept, head });
    const entry = {
      owner,
      project,
      path,
      kept,
      before,
      after,
      mode: last?.mode ?? file.mode,
      folders: last?.folders ?? missingFolders(file.target),
    };
    journal.note(entry);
    try {
      writeAgentFile(file, after, mode);
    } catch (error) {
      if (last === null) journal.drop(path);
      else journal.note(last);
      throw error;
    }
  }
}

/** Takes changes back, and removes the folders that were made for them. */
export function applyUndo(
  changes: readonly FileChange[],
  journal: Journal,
): void {
  for (const { file, after, mode } of changes) {
    if (file.text !== after) writeAgentFile(file, after, mode);
    const entry = journal.find(file.path);
    journal.drop(file.path);
    if (after === null && entry !== null) removeEmptyFolders(entry.folders);
  }
}

/** Lists the changes that take back what the journal has of an agent or git, the last one first. */
export function planUndo(
  owner: string,
  project: string | null,
  journal: Journal,
): FileChange[] {
  return journal.of(owner, project).map((entry) => {
    const { path, kept, mode, before } = entry;
    const file = readAgentFile(path, { maxBytes: MAX_SERVER_FILE_BYTES });
    const head = { version: 1 };
    const after = undoText(file.text, { entry, owner, kept, head });
    return {
      owner,
      project,
      file,
      kept,
      after,
      mode: before === null || file.text === null ? file.mode : mode,
    };
  }).toReversed();
}

/** Lists the folders that have to be made for a file, outermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let at = parentOf(path); !exists(at); at = parentOf(at)) {
    missing.push(at);
  }
  return missing.toReversed();
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
