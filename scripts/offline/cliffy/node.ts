// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";
import { type ArgumentValue, unsupported } from "./errors.ts";

/** The behaviour of a command, without its types. */
export type Action = (
  this: Command,
  options: Record<string, unknown>,
  ...args: unknown[]
) => unknown;

/** Turns a word into a value, or throws a `ValidationError`. */
export type TypeHandler = (arg: ArgumentValue) => unknown;

/** One declared argument of a command or an option. */
export interface Argument {
  name: string;
  type: string;
  optional: boolean;
  variadic: boolean;
}

/** One declared option. */
export interface Option {
  /** The long name, without dashes. */
  name: string;
  /** All names, with their dashes. */
  flags: string[];
  description: string;
  /** The text after the names: `<name:type>`, or nothing. */
  typeDefinition: string;
  args: Argument[];
  required?: boolean;
  collect?: boolean;
  hidden?: boolean;
  global?: boolean;
  /** True: the option stands alone and its action replaces the command's. */
  standalone?: boolean;
  action?: Action;
}

/** Everything that is known about one command. */
export interface CommandNode {
  name: string;
  aliases: string[];
  description: string;
  hidden: boolean;
  stopEarly: boolean;
  arguments: Argument[];
  readonly examples: { name: string; description: string }[];
  readonly types: Map<string, { handler: TypeHandler; global: boolean }>;
  readonly options: Option[];
  /** The help and version options, which are listed before the others. */
  readonly standalone: { help?: Option; version?: Option };
  readonly commands: CommandNode[];
  parent: CommandNode | null;
  action: Action | null;
  help: ((this: Command, command: Command) => string) | null;
  /** The object that the program holds. */
  readonly face: Command;
}

/**
 * Reads `<a:type> [b] [c...]`.
 *
 * @throws {TypeError} If it uses a form that the stand-in leaves out.
 */
export function readArguments(text: string): Argument[] {
  const found = text.split(/ +/).filter(Boolean).map((raw) => {
    const match =
      /^(?:<([^:.\]>]+)|\[([^:.\]>]+)(\.\.\.)?)(?::([^:.\]>[]+))?[\]>]$/
        .exec(raw);
    if (match === null) throw unsupported(raw);
    const [, required, optional, variadic, type = "string"] = match;
    return {
      name: required ?? optional ?? "",
      type,
      optional: required === undefined,
      variadic: variadic !== undefined,
    };
  });
  for (const [i, { optional }] of found.entries()) {
    const before = found[i - 1];
    if (before?.variadic || (before?.optional && !optional)) {
      throw unsupported(text);
    }
  }
  return found;
}

/**
 * Reads `-o, --output <format:type>`.
 *
 * @throws {TypeError} If it uses a form that the stand-in leaves out.
 */
export function readOption(text: string, description: string): Option {
  const [, names = "", typeDefinition = ""] =
    /^([^<[=]*[^<[= ]) *([<[].*)?$/.exec(text) ?? [];
  const flags = names.split(", ");
  const args = readArguments(typeDefinition);
  const name = flags.find((flag) => flag.startsWith("--"))?.slice(2);
  if (name === undefined || name.startsWith("no-")) throw unsupported(text);
  if (args.length > 1 || args[0]?.optional) throw unsupported(text);
  return { name, flags, description, typeDefinition, args };
}

/** Returns the command at the top of the tree. */
export function rootOf(node: CommandNode): CommandNode {
  return node.parent === null ? node : rootOf(node.parent);
}

/** Returns the names from the root on. */
export function pathOf({ name, parent }: CommandNode): string {
  return parent === null ? name : `${pathOf(parent)} ${name}`;
}

/** Returns the child of a name or alias. */
export function findCommand(
  node: CommandNode,
  word: string | undefined,
): CommandNode | undefined {
  return node.commands.find(({ name, aliases }) =>
    word !== undefined && [name, ...aliases].includes(word)
  );
}

/** Returns the options of a command: inherited ones first, those of its parent before others. */
export function optionsOf(node: CommandNode): Option[] {
  const own = [
    node.standalone.help,
    node.standalone.version,
    ...node.options,
  ].filter((option) => option !== undefined);
  const inherited = node.parent === null ? [] : optionsOf(node.parent).filter((
    option,
  ) => option.global && !own.some(({ name }) => name === option.name));
  return [...inherited, ...own];
}

/** Whether a word names an option, however many dashes it begins with. */
export function isNamed(option: Option, word: string): boolean {
  const name = word.replace(/^-+/, "");
  return option.flags.some((flag) => flag.replace(/^-+/, "") === name);
}

/** Returns the handler of a type: the command's own, or the nearest ancestor's global one. */
export function findType(node: CommandNode, name: string): TypeHandler {
  const own = node.types.get(name);
  if (own !== undefined) return own.handler;
  for (let at = node.parent; at !== null; at = at.parent) {
    const type = at.types.get(name);
    if (type?.global) return type.handler;
  }
  if (name === "string") return ({ value }) => value;
  throw new Error(`Unknown type "${name}"`);
}
