// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Edits of JSON that may have comments. Text is only inserted or cut out: all other bytes stay.
 * @module
 */
import {
  type Node as ParsedNode,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { AgentFileError } from "./errors.ts";

/** A value or a member of a document. Its place follows the cuts of {@linkcode cutNode}. */
export interface Node {
  type: ParsedNode["type"];
  /** That of a text, a number, a boolean or null. */
  value?: unknown;
  offset: number;
  length: number;
  parent?: Node;
  children?: Node[];
}

/** A document may begin with it. */
export const BYTE_ORDER_MARK = "\ufeff";
const OPTIONS = { allowTrailingComma: true, disallowComments: false };
/** Matches each comment in a text without strings. Never call its `test`, which moves its start. */
const COMMENTS = /\/\/[^\n\r]*|\/\*[^]*?\*\//g;

/** Whether an object or a list has neither values nor comments. */
export function isBareNode(
  text: string,
  { children, offset, length }: Node,
): boolean {
  return children?.length === 0 &&
    text.slice(offset + 1, offset + length - 1).trim() === "";
}

/** Whether a document has a comment. */
export function hasComment(text: string): boolean {
  return blankStrings(text).search(COMMENTS) >= 0;
}

/** Returns a document with all its strings empty. */
function blankStrings(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}

/**
 * Returns the root object.
 *
 * @throws {AgentFileError} If the text is no JSON object.
 */
export function parseDocument(text: string): Node {
  const errors: Parameters<typeof parseTree>[1] = [];
  const marked = text.startsWith(BYTE_ORDER_MARK);
  // The parser knows no such mark; a space in its place keeps all offsets.
  const root = readTree(marked ? ` ${text.slice(1)}` : text, errors);
  const [fault] = errors;
  if (fault !== undefined) {
    const line = text.slice(0, fault.offset).split("\n").length;
    throw new AgentFileError(
      `it is no valid JSON: ${
        printParseErrorCode(fault.error)
      } in line ${line}`,
    );
  }
  if (root?.type !== "object") {
    throw new AgentFileError("it is no JSON object");
  }
  return root;
}

function readTree(
  text: string,
  errors: Parameters<typeof parseTree>[1],
): Node | undefined {
  try {
    return parseTree(text, errors, OPTIONS);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AgentFileError("it is nested too deeply", { cause: error });
  }
}

/**
 * Returns the value of a member, or null if there is none.
 *
 * @throws {AgentFileError} If it is there twice.
 */
export function findMember(object: Node, key: string): Node | null {
  const found = (object.children ?? []).filter(({ children }) =>
    children?.[0]?.value === key
  );
  if (found.length > 1) throw new AgentFileError(`"${key}" is there twice`);
  return found[0]?.children?.[1] ?? null;
}

/**
 * Inserts a value at the end of an object or a list.
 *
 * @param key The name of the member; null for an element of a list.
 * @throws {AgentFileError} If it is neither.
 */
export function insertValue(
  text: string,
  into: Node,
  value: unknown,
  key: string | null,
): string {
  if (into.type !== (key === null ? "array" : "object")) {
    throw new AgentFileError("its hooks have another shape");
  }
  const children = into.children ?? [];
  const first = children[0];
  const last = children.at(-1);
  const start = last === undefined
    ? into.offset + 1
    : last.offset + last.length;
  const close = into.offset + into.length - 1;
  const gap = text.slice(start, close);
  // After the last comment, so that it stays with the value that it is about.
  const at = start + gap.trimEnd().length;
  const isInComment = endsInLineComment(text.slice(start, at));
  const style = styleOf(text, into, first);
  const name = key === null ? "" : `${JSON.stringify(key)}:${style.space}`;
  const body = style.unit === null
    ? JSON.stringify(value)
    : JSON.stringify(value, null, style.unit).replaceAll(
      "\n",
      style.newline + style.indent,
    );
  const before = style.unit !== null
    ? style.newline + style.indent
    : isInComment
    ? style.newline
    : last === undefined
    ? ""
    : style.space;
  const needsEnd = style.unit !== null && !text.slice(at, close).includes("\n");
  const after = needsEnd ? style.newline + style.outer : "";
  const needsComma = last !== undefined && commaIn(gap) < 0;
  return text.slice(0, start) + (needsComma ? "," : "") +
    text.slice(start, at) + before + name + body + after + text.slice(at);
}

/** How the text around a place is laid out. */
interface Style {
  newline: string;
  /** One step of indentation; null means everything on one line. */
  unit: string | null;
  /** Indentation of the children. */
  indent: string;
  /** Indentation of the closing bracket. */
  outer: string;
  /** Space after a colon, and after a comma on one line. */
  space: string;
}

function styleOf(text: string, into: Node, first: Node | undefined): Style {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const outer = indentAt(text, into.offset);
  const space = /"\s*:\S/.test(blankStrings(text)) ? "" : " ";
  const unit = unitOf(text);
  const isSplit = first === undefined
    ? text.slice(0, into.offset + into.length).trimEnd().includes("\n") ||
      text.trim() === "{}"
    : text.slice(into.offset, first.offset).includes("\n");
  if (!isSplit) return { newline, unit: null, indent: "", outer, space };
  const indent = first === undefined
    ? outer + unit
    : indentAt(text, first.offset);
  return { newline, unit, indent, outer, space: " " };
}

/** Indentation of the first indented line, or two spaces. */
function unitOf(text: string): string {
  return /^[\ufeff\s]*\{[^]*?\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}

/** White space at the beginning of the line that holds an offset. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
}

/** Whether what follows the text, which has no strings, would be a part of its last comment. */
function endsInLineComment(text: string): boolean {
  let last: RegExpExecArray | null = null;
  for (const found of text.matchAll(COMMENTS)) last = found;
  return last !== null && last[0].startsWith("//") &&
    last.index + last[0].length === text.length;
}

/** Position of the comma in the text between two values; -1 if there is none. */
function commaIn(gap: string): number {
  return gap.replaceAll(COMMENTS, (it) => " ".repeat(it.length)).indexOf(",");
}

/**
 * Cuts a child out of its object or list, with the comma and the white space that belong to it.
 *
 * @param node It leaves its tree, whose other nodes get their places in the new text.
 */
export function cutNode(text: string, node: Node): string {
  const siblings = node.parent?.children ?? [];
  const at = siblings.indexOf(node);
  if (node.parent === undefined || at < 0) return text;
  const rest = cutAt(text, { node, parent: node.parent, siblings, at });
  closeGap(node, text.length - rest.length);
  siblings.splice(at, 1);
  return rest;
}

/** Moves all that is after a node nearer by what was cut, and shortens all that it is in. */
function closeGap(node: Node, cut: number): void {
  const { parent } = node;
  if (parent === undefined) return;
  const after = parent.children?.slice(parent.children.indexOf(node) + 1) ?? [];
  for (const sibling of after) move(sibling, -cut);
  parent.length -= cut;
  closeGap(parent, cut);
}

function move(node: Node, by: number): void {
  node.offset += by;
  node.children?.forEach((child) => move(child, by));
}

/** A child in the text of its document. */
interface CutPlace {
  node: Node;
  parent: Node;
  siblings: readonly Node[];
  /** Its index among the siblings. */
  at: number;
}

function cutAt(text: string, { node, parent, siblings, at }: CutPlace): string {
  const end = node.offset + node.length;
  const previous = siblings[at - 1];
  const next = siblings[at + 1];
  const close = parent.offset + parent.length - 1;
  let start = node.offset;
  while (/\s/.test(text[start - 1] ?? "")) start--;
  const from = previous === undefined
    ? parent.offset + 1
    : previous.offset + previous.length;
  const isInComment = endsInLineComment(text.slice(from, start));
  // A comment of one line needs its end, or it would hold what follows.
  const spaceBefore = (rest: string) =>
    isInComment && !/^[ \t]*[\r\n]/.test(rest)
      ? text.slice(start, node.offset)
      : "";
  if (previous !== undefined) {
    const comma = from + commaIn(text.slice(from, node.offset));
    const rest = text.slice(end);
    return text.slice(0, comma) +
      text.slice(comma + 1, Math.max(start, comma + 1)) +
      spaceBefore(rest) + rest;
  }
  const gap = text.slice(end, next?.offset ?? close);
  const comma = commaIn(gap);
  const beforeComma = gap.slice(0, Math.max(comma, 0));
  const rest = (hasComment(beforeComma) ? beforeComma : "") +
    text.slice(end + comma + 1);
  const left = text.slice(0, start);
  // An only child leaves the brackets as they are without children.
  const isEmpty = next === undefined && left.length === parent.offset + 1;
  return left + (isEmpty ? rest.trimStart() : spaceBefore(rest) + rest);
}
