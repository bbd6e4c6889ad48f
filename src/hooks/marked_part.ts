// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A part of a text file that is ours, between two lines of comment.
 * @module
 */
import { AgentFileError } from "./errors.ts";

const START = "# kaizen: begin, until the line that says end";
const END = "# kaizen: end";

/** Returns the lines between the marks, or null if there are none. */
export function readMarkedPart(text: string): string | null {
  const found = locate(text);
  return found === null ? null : text.slice(found.bodyStart, found.bodyEnd);
}

/**
 * Appends a part, or puts it in the place of the one that is there.
 *
 * @param body Lines, each with a line feed.
 * @throws {AgentFileError} If one of the marks is missing.
 */
export function putMarkedPart(text: string, body: string): string {
  const part = `${START}\n${body}${END}\n`;
  const found = locate(text);
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
export function removeMarkedPart(text: string): string {
  const found = locate(text);
  if (found === null) return text;
  return text.slice(0, found.start).replace(/(?<=\n)\n$/, "") +
    text.slice(found.end);
}

function locate(text: string) {
  const start = lineAt(text, START, 0);
  const bodyEnd = lineAt(text, END, Math.max(start, 0));
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

function lineAt(text: string, line: string, from: number): number {
  for (let at = text.indexOf(line, from); at >= 0;) {
    const after = text.slice(at + line.length);
    if ((at === 0 || text[at - 1] === "\n") && /^\r?(\n|$)/.test(after)) {
      return at;
    }
    at = text.indexOf(line, at + 1);
  }
  return -1;
}
