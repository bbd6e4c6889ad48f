// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hooks in an agent's JSON settings, which may have comments. Text is only inserted or cut out: all
 * other bytes stay.
 * @module
 */
import {
  BYTE_ORDER_MARK,
  cutNode,
  findMember,
  hasComment,
  insertValue,
  isBareNode,
  type Node,
  parseDocument,
} from "./_json_edit.ts";
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

/** Maximum number of hooks to remove, each of which takes a pass over the text. */
const MAX_REMOVED = 100;

interface Found extends JsonHook {
  handler: Node;
  element: Node;
}

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
    const root = parseDocument(grown);
    if (findMember(root, key) === null) {
      grown = insertValue(grown, root, value, key);
    }
  }
  for (const { event, entry } of wanted) {
    const root = parseDocument(grown);
    const hooks = findMember(root, "hooks");
    const list = hooks === null ? null : findMember(hooks, event);
    if (hooks === null) {
      grown = insertValue(grown, root, { [event]: [entry] }, "hooks");
    } else if (list === null) grown = insertValue(grown, hooks, [entry], event);
    else grown = insertValue(grown, list, entry, null);
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
  const found = find(text).filter(({ command }) => matches(command));
  if (found.length > MAX_REMOVED) {
    throw new AgentFileError(
      `it must have <= ${MAX_REMOVED} hooks that run kaizen: it has ${found.length}`,
    );
  }
  const kept = keep === null || keep.trim() === ""
    ? null
    : findMember(parseDocument(keep), "hooks");
  let rest = text;
  for (const one of found.toReversed()) {
    const list = one.element.parent;
    const hooks = list?.parent?.parent;
    rest = cutNode(rest, isAlone(one) ? one.element : one.handler);
    const isKept = kept !== null && findMember(kept, one.event) !== null;
    if (list?.parent && isBareNode(rest, list) && !isKept) {
      rest = cutNode(rest, list.parent);
    }
    if (hooks?.parent && isBareNode(rest, hooks) && kept === null) {
      rest = cutNode(rest, hooks.parent);
    }
  }
  listJsonHooks(rest); // throws if an agent could not read it
  return rest;
}

/** Whether a document has nothing but the members of `head`. */
export function isNothingBut(
  text: string,
  head: Readonly<Record<string, unknown>>,
): boolean {
  const root = parseDocument(text);
  if (hasComment(text)) return false;
  return (root.children ?? []).every((child) => {
    const key: unknown = child.children?.[0]?.value;
    return typeof key === "string" && Object.hasOwn(head, key) &&
      child.children?.[1]?.value === head[key];
  });
}

/** Whether the handler is the only one of its element of the list. */
function isAlone({ handler, element }: Found): boolean {
  return handler === element || handler.parent?.children?.length === 1;
}

function find(text: string): Found[] {
  if (text.replace(BYTE_ORDER_MARK, "").trim() === "") return [];
  const hooks = findMember(parseDocument(text), "hooks");
  if (hooks === null) return [];
  if (hooks.type !== "object") throw new AgentFileError('"hooks" is no object');
  const found: Found[] = [];
  const events = new Set<string>();
  for (const { children } of hooks.children ?? []) {
    const event = String(children?.[0]?.value);
    const list = children?.[1];
    if (events.has(event)) {
      throw new AgentFileError(`"${event}" is there twice`);
    }
    events.add(event);
    if (list?.type !== "array") {
      throw new AgentFileError(`the hooks of "${event}" are not a list`);
    }
    list.children?.forEach((element, group) => {
      const inner = element.type === "object"
        ? findMember(element, "hooks")
        : null;
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
  const line: unknown =
    (findMember(handler, "command") ?? findMember(handler, "bash"))
      ?.value;
  if (typeof line !== "string") return null;
  const args = findMember(handler, "args")?.children ?? [];
  return [line, ...args.map(({ value }) => String(value))].join(" ");
}
