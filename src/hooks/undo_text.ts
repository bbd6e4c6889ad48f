// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Takes a change back: exactly if the file is as it was written, else out of what has become of it.
 * @module
 */
import { readCommand } from "./hook_command.ts";
import type { JournalEntry, KeptKind } from "./journal.ts";
import { readJsonServer, removeJsonServer } from "./json_servers.ts";
import {
  isNothingBut,
  listJsonHooks,
  removeJsonHooks,
} from "./json_settings.ts";
import { mergeTexts } from "./line_diff.ts";
import {
  type PartSyntax,
  readMarkedPart,
  removeMarkedPart,
} from "./marked_part.ts";

/** Options of {@linkcode undoText}. */
export interface UndoOptions {
  /** The entry of the journal; null if there is none. */
  entry: JournalEntry | null;
  kept: KeptKind;
  /** The agent, or `git`. */
  owner: string;
  /** Members that are no reason to keep a file that we made. */
  head?: Readonly<Record<string, unknown>>;
}

const isOurs = (command: string) => readCommand(command) !== null;

/**
 * Returns the text without our change.
 *
 * @param now The text that the file has; null if there is none.
 * @returns Null if the file should not exist.
 * @throws {AgentFileError} If the text cannot be understood.
 */
export function undoText(
  now: string | null,
  { entry, kept, owner, head = {} }: UndoOptions,
): string | null {
  if (entry !== null && now === entry.after) return entry.before;
  if (now === null || now === entry?.before) return now;
  const before = entry?.before ?? null;
  const after = entry?.after ?? null;
  const merged = before === null || after === null
    ? null
    : mergeTexts(after, before, now);
  const syntax = owner === "git" ? "git" : "toml";
  if (kept === "whole") return entry === null ? now : merged ?? now;
  if (merged !== null && isClean(merged, { kept, after, syntax })) {
    return merged;
  }
  const isMadeByUs = entry !== null && before === null;
  const rest = kept === "json"
    ? removeServer(removeJsonHooks(now, isOurs, before), after, before)
    : removeMarkedPart(now, syntax);
  const isEmpty = rest.trim() === "" ||
    kept === "json" && isNothingBut(rest, head);
  return isMadeByUs && isEmpty ? null : rest;
}

/** Whether a text can be read and has nothing of ours. */
function isClean(
  text: string,
  { kept, after, syntax }: {
    kept: KeptKind;
    after: string | null;
    syntax: PartSyntax;
  },
): boolean {
  try {
    return kept === "json"
      ? !listJsonHooks(text).some(({ command }) => isOurs(command)) &&
        removeServer(text, after, null) === text
      : readMarkedPart(text, syntax) === null;
  } catch {
    return false;
  }
}

function removeServer(
  text: string,
  after: string | null,
  before: string | null,
): string {
  return after === null || readJsonServer(after) === null
    ? text
    : removeJsonServer(text, after, before);
}
