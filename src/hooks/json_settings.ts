// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hooks in an agent's JSON settings, which may have comments. Text is only inserted or cut out: all
 * other bytes stay.
 * @module
 */
import { type Node, parseTree, printParseErrorCode } from "jsonc-parser";
import { AgentFileError } from "./errors.ts";

/** A hook in the settings. */
export interface JsonHook {
  event: string;
  /** The command line, with the arguments of the exec form after it. */
  command: string;
  /** Index of its group in the list of the event. */
  group: number;
  /** Index in its group. */
  index: number;
}

/** A hook to add: an element of the event's list. */
export interface WantedHook {
  event: string;
  entry: unknown;
}

interface Found extends JsonHook {
  handler: Node;
  element: Node;
}

const BYTE_ORDER_MARK = "\ufeff";
const OPTIONS = { allowTrailingComma: true, disallowComments: false };
const COMMENTS = /\/\/[^\n\r]*|\/\*[^]*?\*\//g;

/**
 * Lists the hooks of all events.
 *
 * @throws {AgentFileError} If the text is no JSON object, or its hooks have another shape.
 */
export function listJsonHooks(text: string): JsonHook[] {
  return find(text).map(({ event, command, group, index }) => ({
    event,
    command,
    group,
    index,
  }));
}

/**
 * Adds hooks after those that are there.
 *
 * @param head Members that the document must have; a missing one is added.
 * @throws {AgentFileError} As {@linkcode listJsonHooks}.
 */
export function addJsonHooks(
  text: string,
  wanted: readonly WantedHook[],
  head: Readonly<Record<string, unknown>> = {},
): string {
  if (wanted.length === 0) return text;
  const blank = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  if (text.slice(blank.length).trim() === "") {
    const hooks: Record<string, unknown[]> = {};
    for (const { event, entry } of wanted) (hooks[event] ??= []).push(entry);
    const document = JSON.stringify({ ...head, hooks }, null, 2);
    return `${text.trimEnd() === "" ? "" : blank}${document}\n`;
  }
  let grown = text;
  for (const [key, value] of Object.entries(head)) {
    const root = parse(grown);
    if (member(root, key) === null) grown = insert(grown, root, value, key);
  }
  for (const { event, entry } of wanted) {
    const root = parse(grown);
    const hooks = member(root, "hooks");
    const list = hooks === null ? null : member(hooks, event);
    if (hooks === null) {
      grown = insert(grown, root, { [event]: [entry] }, "hooks");
    } else if (list === null) grown = insert(grown, hooks, [entry], event);
    else grown = insert(grown, list, entry, null);
  }
  return grown;
}

/**
 * Removes hooks, and the lists that this empties.
 *
 * @param matches Which commands to remove.
 * @param keep A list or object that this text already had stays, even if it is empty now.
 * @throws {AgentFileError} As {@linkcode listJsonHooks}.
 */
export function removeJsonHooks(
  text: string,
  matches: (command: string) => boolean,
  keep: string | null = null,
): string {
  let rest = text;
  for (;;) {
    const one = find(rest).findLast(({ command }) => matches(command));
    if (one === undefined) return rest;
    rest = cut(rest, isAlone(one) ? one.element : one.handler);
    const hooks = member(parse(rest), "hooks");
    const list = hooks === null ? null : member(hooks, one.event);
    if (list !== null && isBare(rest, list) && !has(keep, one.event)) {
      rest = cut(rest, list.parent ?? list);
    }
    const left = member(parse(rest), "hooks");
    if (left !== null && isBare(rest, left) && !has(keep, null)) {
      rest = cut(rest, left.parent ?? left);
    }
  }
}

/** Whether a document has nothing but the members of `head`. */
export function isNothingBut(
  text: string,
  head: Readonly<Record<string, unknown>>,
): boolean {
  const root = parse(text);
  if (COMMENTS.test(blankStrings(text))) return false;
  return (root.children ?? []).every((child) => {
    const key: unknown = child.children?.[0]?.value;
    return typeof key === "string" && Object.hasOwn(head, key) &&
      child.children?.[1]?.value === head[key];
  });
}

function blankStrings(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}

/** Whether the handler is the only one of its element of the list. */
function isAlone({ handler, element }: Found): boolean {
  return handler === element || handler.parent?.children?.length === 1;
}

function isBare(text: string, { children, offset, length }: Node): boolean {
  return children?.length === 0 &&
    text.slice(offset + 1, offset + length - 1).trim() === "";
}

function has(text: string | null, event: string | null): boolean {
  if (text === null || text.trim() === "") return false;
  const hooks = member(parse(text), "hooks");
  return hooks !== null && (event === null || member(hooks, event) !== null);
}

/** Returns the root object. */
function parse(text: string): Node {
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

/** Returns the value of a member, or null if there is none. */
function member(object: Node, key: string): Node | null {
  const found = (object.children ?? []).filter(({ children }) =>
    children?.[0]?.value === key
  );
  if (found.length > 1) throw new AgentFileError(`"${key}" is there twice`);
  return found[0]?.children?.[1] ?? null;
}

function find(text: string): Found[] {
  if (text.replace(BYTE_ORDER_MARK, "").trim() === "") return [];
  const hooks = member(parse(text), "hooks");
  if (hooks === null) return [];
  if (hooks.type !== "object") throw new AgentFileError('"hooks" is no object');
  const found: Found[] = [];
  for (const property of hooks.children ?? []) {
    const event = String(property.children?.[0]?.value);
    const list = member(hooks, event);
    if (list?.type !== "array") {
      throw new AgentFileError(`the hooks of "${event}" are no list`);
    }
    list.children?.forEach((element, group) => {
      const inner = element.type === "object" ? member(element, "hooks") : null;
      const handlers = inner?.type === "array"
        ? inner.children ?? []
        : [element];
      handlers.forEach((handler, index) => {
        const command = commandOf(handler);
        if (command === null) return;
        found.push({ event, command, group, index, handler, element });
      });
    });
  }
  return found;
}

function commandOf(handler: Node): string | null {
  if (handler.type !== "object") return null;
  const line: unknown = (member(handler, "command") ?? member(handler, "bash"))
    ?.value;
  if (typeof line !== "string") return null;
  const args = member(handler, "args")?.children ?? [];
  return [line, ...args.map(({ value }) => String(value))].join(" ");
}

/** Inserts a value at the end of an object or a list. */
function insert(
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
  const style = styleOf(text, into, first);
  const name = key === null ? "" : `${JSON.stringify(key)}:${style.space}`;
  const body = style.unit === null
    ? JSON.stringify(value)
    : JSON.stringify(value, null, style.unit).replaceAll(
      "\n",
      style.newline + style.indent,
    );
  const before = style.unit === null
    ? last === undefined ? "" : style.space
    : style.newline + style.indent;
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

/** Position of the comma in the text between two values; -1 if there is none. */
function commaIn(gap: string): number {
  return gap.replaceAll(COMMENTS, (it) => " ".repeat(it.length)).indexOf(",");
}

/** Cuts a child out of its object or list, with the comma and the white space that belong to it. */
function cut(text: string, node: Node): string {
  const parent = node.parent;
  const siblings = parent?.children ?? [];
  const at = siblings.indexOf(node);
  if (parent === undefined || at < 0) return text;
  const end = node.offset + node.length;
  const previous = siblings[at - 1];
  const next = siblings[at + 1];
  const close = parent.offset + parent.length - 1;
  let start = node.offset;
  while (/\s/.test(text[start - 1] ?? "")) start--;
  if (previous !== undefined) {
    const from = previous.offset + previous.length;
    const comma = from + commaIn(text.slice(from, node.offset));
    return text.slice(0, comma) +
      text.slice(comma + 1, Math.max(start, comma + 1)) +
      text.slice(end);
  }
  const gap = text.slice(end, next?.offset ?? close);
  const comma = commaIn(gap);
  const cutEnd = end + comma + 1;
  const rest = text.slice(comma < 0 ? end : cutEnd);
  const left = text.slice(0, start);
  // An only child leaves the brackets as they are without children.
  const isEmpty = next === undefined && left.length === parent.offset + 1;
  return left + (isEmpty ? rest.trimStart() : rest);
}
