// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The arguments of a tool call: a summary in one line, a key for comparison, and the files of a
 * patch.
 * @module
 */
import { decodeText } from "../proto/mod.ts";
import { hashName, hashPart } from "./_hash.ts";
import {
  bytesOf,
  firstElement,
  headText,
  type JsonPart,
  oneLine,
  readMembers,
} from "./json_part.ts";
import type { Payload } from "./payload.ts";

/** The arguments of a call. */
export interface CallInput {
  /** One line for people; null if no argument is suitable. */
  readonly summary: string | null;
  /** Compare it with {@linkcode isSameInput}; null if the event has no arguments. */
  readonly inputKey: string | null;
  /** Files of a patch in the arguments. */
  readonly patchFiles: readonly string[];
  /** Type of the subagent that the call starts. */
  readonly subagentType: string | null;
}

/** Members that name the file of a call. Agents use different ones in the events of one call. */
const FILE_KEYS: ReadonlySet<string> = new Set([
  "file_path",
  "notebook_path",
  "target_notebook",
  "target_file",
  "absolute_path",
  "path",
  "file",
]);
/** Members for the summary, the most informative first. */
const TELLING = [
  "command",
  "file_path",
  "notebook_path",
  "target_notebook",
  "target_file",
  "absolute_path",
  "pattern",
  "query",
  "url",
  "path",
  "dir_path",
  "file",
  "description",
  "subject",
  "prompt",
  "question",
  "plan",
];
/** Commands of editor tools, whose file is more informative. */
const EDITS = /^(?:view|create|str_replace|insert|undo_edit)$/;
/** Maximum number of arguments in a key. Tools have fewer. */
const MAX_KEYED = 16;
const encoder = new TextEncoder();
/** A patch, or a shell command that applies one. */
const PATCH_BEGIN =
  /^\s*(?:(?:cd\s+\S+\s*&&\s*)?apply_patch\s[^\n]*\n\s*)?\*\*\* Begin Patch/;
const PATCH_FILE =
  /^\*\*\* (?:(?:Update|Add|Delete) File|Move to):[ \t]*(\S.*)/gm;
/** Lines with the name of a file that are looked at. A patch of an agent has fewer. */
const MAX_PATCH_LINES = 4_096;

/** Reads the arguments of an event's call. */
export function readCallInput(payload: Payload): CallInput {
  const value = payload.valueOf(
    "tool_input",
    "toolArgs",
    "params",
    "input",
    "arguments",
    "args",
  );
  const members = value === null
    ? readOwnMembers(payload)
    : readMembers(value) ?? new Map([["", value]]);
  if (members.size === 0 && value === null) {
    return {
      summary: null,
      inputKey: null,
      patchFiles: [],
      subagentType: null,
    };
  }
  const patchFiles = readPatch(members);
  return {
    summary: patchFiles.length > 0
      ? oneLine(patchFiles.join(" "))
      : summarize(members),
    inputKey: keyOf(members),
    patchFiles,
    subagentType: headText(members.get("subagent_type") ?? null) ||
      headText(members.get("agent_type") ?? null) || null,
  };
}

/**
 * Whether two calls have the same arguments as far as both have them: an agent may omit some at the
 * end of a call. Calls without a common argument differ.
 */
export function isSameInput(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  const values = new Map(readKey(a));
  let common = 0;
  for (const [key, value] of readKey(b)) {
    const other = values.get(key);
    if (other === undefined) continue;
    if (other !== value) return false;
    common++;
  }
  return common > 0;
}

function readKey(key: string): [string, string][] {
  return key.split(",").map((part) => {
    const [name = "", value = ""] = part.split(":");
    return [name, value];
  });
}

/** Reads arguments at the top level, as in Cursor's shell and file events. */
function readOwnMembers(payload: Payload): Map<string, JsonPart> {
  const members = new Map<string, JsonPart>();
  for (const name of ["command", "file_path"]) {
    const value = payload.value(name);
    if (value?.kind === "string") members.set(name, value);
  }
  return members;
}

function keyOf(members: ReadonlyMap<string, JsonPart>): string {
  const parts: string[] = [];
  for (const [name, { source, start, end }] of members) {
    const key = FILE_KEYS.has(name) ? "path" : name;
    parts.push(`${hashName(key)}:${hashPart(source.bytes, start, end)}`);
  }
  return parts.sort().slice(0, MAX_KEYED).join(",");
}

function summarize(members: ReadonlyMap<string, JsonPart>): string | null {
  const whole = members.get("");
  if (whole !== undefined) return oneLine(headText(whole));
  for (const name of TELLING) {
    const line = oneLine(
      headText(members.get(name)) ?? joinTexts(members, name),
    );
    if (line === null || members.has("path") && EDITS.test(line)) continue;
    return line;
  }
  return oneLine(readQuestion(members.get("questions") ?? null));
}

/** Returns the first of several questions to the user. */
function readQuestion(list: JsonPart | null): string | null {
  const first = firstElement(list);
  const members = readMembers(first);
  return headText(members?.get("question")) ??
    headText(members?.get("prompt")) ?? headText(first);
}

/** Returns the text of an argument that is a list of words, like the commands of some agents. */
function joinTexts(
  members: ReadonlyMap<string, JsonPart>,
  name: string,
): string | null {
  const value = members.get(name);
  if (value?.kind !== "array" || value.end - value.start > 4096) return null;
  const list: unknown = JSON.parse(decodeText(bytesOf(value)));
  if (!Array.isArray(list)) return null;
  return list.filter((part) => typeof part === "string").join(" ");
}

function readPatch(members: ReadonlyMap<string, JsonPart>): string[] {
  const files = new Set<string>();
  for (const value of members.values()) {
    const head = headText(value, 256);
    if (head === null || !PATCH_BEGIN.test(head)) continue;
    const text = headText(value, Infinity) ?? "";
    // A copy, because a slice would keep the whole patch in memory.
    for (
      const [, file = ""] of text.matchAll(PATCH_FILE).take(MAX_PATCH_LINES)
    ) {
      files.add(decodeText(encoder.encode(file.trimEnd())));
    }
  }
  return [...files];
}
