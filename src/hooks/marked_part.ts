// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A part of a text file that is ours, between two lines of comment.
 * @module
 */
import { AgentFileError } from "./errors.ts";

const START = "# kaizen: begin, until the line that says end";
const END = "# kaizen: end";

/** How a file writes strings and comments: as TOML, or as git's configuration. */
export type PartSyntax = "toml" | "git";

/**
 * Matches each string and each comment, one after the other. Only a comment can be a mark: a string
 * of many lines may have the same line. A string without an end stops at the end of its line, or of
 * the text. A comment of git's that a backslash joins to the line before it is part of a value.
 */
const PIECES: Readonly<Record<PartSyntax, RegExp>> = {
  toml:
    /"""(?:[^"\\]+|\\[^]|"(?!""))*"{0,5}|'''(?:[^']+|'(?!''))*'{0,5}|"(?:[^"\\\n]+|\\.)*"?|'[^'\n]*'?|#[^\n]*/g,
  git: /"(?:[^"\\\n]+|\\[^])*"?|\\\r?\n[#;][^\n]*|\\[^]|[#;][^\n]*/g,
};

/**
 * Returns the lines between the marks, or null if there are none.
 *
 * @throws {AgentFileError} If one of the marks is missing.
 */
export function readMarkedPart(
  text: string,
  syntax: PartSyntax,
): string | null {
  const found = locate(text, syntax);
  return found === null ? null : text.slice(found.bodyStart, found.bodyEnd);
}

/**
 * Appends a part, or puts it in the place of the one that is there.
 *
 * @param body Lines, each with a line feed.
 * @throws {AgentFileError} If one of the marks is missing.
 */
export function putMarkedPart(
  text: string,
  body: string,
  syntax: PartSyntax,
): string {
  const part = `${START}\n${body}${END}\n`;
  const found = locate(text, syntax);
  if (found !== null) {
    return text.slice(0, found.start) + part + text.slice(found.end);
  }
  if (text.trim() === "") return part;
  return `${text}${text.endsWith("\n") ? "" : "\n"}\n${part}`;
}

/**
 * Removes the part and the empty line before it.
 *
 * @throws {AgentFileError} If one of the marks is missing.
 */
export function removeMarkedPart(text: string, syntax: PartSyntax): string {
  const found = locate(text, syntax);
  if (found === null) return text;
  return text.slice(0, found.start).replace(/(?<=\n)\n$/, "") +
    text.slice(found.end);
}

function locate(text: string, syntax: PartSyntax) {
  if (!text.includes(END) && !text.includes(START)) return null;
  let [start, bodyEnd] = [-1, -1];
  for (const { 0: piece, index } of text.matchAll(PIECES[syntax])) {
    if (index > 0 && text[index - 1] !== "\n") continue;
    const line = piece.replace(/\r$/, "");
    if (line === START && start < 0) [start, bodyEnd] = [index, -1];
    else if (line === END && bodyEnd < 0) bodyEnd = index;
  }
  if (start < 0 && bodyEnd < 0) return null;
  if (start < 0 || bodyEnd < 0) {
    throw new AgentFileError(
      `it has only one of the lines "${START}" and "${END}"`,
    );
  }
  const lineEnd = text.indexOf("\n", bodyEnd);
  return {
    start,
    bodyStart: text.indexOf("\n", start) + 1,
    bodyEnd,
    end: lineEnd < 0 ? text.length : lineEnd + 1,
  };
}
