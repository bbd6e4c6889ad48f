// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";
import type {
  Action,
  Argument,
  Example,
  HelpHandler,
  Option,
  TypeHandler,
} from "./types.ts";
import { BUILT_IN_TYPES } from "./value_types.ts";

/** Everything that is known about one command. */
export interface CommandNode {
  name: string;
  aliases: string[];
  description: string;
  version: (() => string) | null;
  hidden: boolean;
  stopEarly: boolean;
  throwsErrors: boolean;
  autoHelp: boolean | null;
  arguments: Argument[];
  readonly examples: Example[];
  readonly types: Map<string, { handler: TypeHandler; global: boolean }>;
  readonly options: Option[];
  readonly commands: CommandNode[];
  parent: CommandNode | null;
  action: Action | null;
  help: HelpHandler | null;
  /** False to have none, null for the usual one. */
  helpOption: Option | false | null;
  versionOption: Option | false | null;
  hasDefaults: boolean;
  rawArgs: string[];
  literalArgs: string[];
  /** The object that the program holds. */
  readonly face: Command;
}

/** Returns a command that nothing is declared of yet. */
export function newNode(face: Command): CommandNode {
  return {
    name: "COMMAND",
    aliases: [],
    description: "",
    version: null,
    hidden: false,
    stopEarly: false,
    throwsErrors: false,
    autoHelp: null,
    arguments: [],
    examples: [],
    types: new Map(),
    options: [],
    commands: [],
    parent: null,
    action: null,
    help: null,
    helpOption: null,
    versionOption: null,
    hasDefaults: false,
    rawArgs: [],
    literalArgs: [],
    face,
  };
}

/** Returns the command above all others. */
export function rootOf(node: CommandNode): CommandNode {
  return node.parent === null ? node : rootOf(node.parent);
}

/** Returns the words that lead to a command. */
export function pathOf(node: CommandNode): string {
  return node.parent === null
    ? node.name
    : `${pathOf(node.parent)} ${node.name}`;
}

/** Returns the child of a name or alias. */
export function findCommand(
  node: CommandNode,
  word: string | undefined,
): CommandNode | undefined {
  if (word === undefined) return undefined;
  return node.commands.find((child) =>
    child.name === word || child.aliases.includes(word)
  );
}

/** Returns the options that a command takes: those of its ancestors first, the nearest before the others. */
export function optionsOf(node: CommandNode): Option[] {
  return [...inheritedOptions(node), ...node.options];
}

/** Returns the global options of a command's ancestors that it does not declare itself. */
export function inheritedOptions(node: CommandNode): Option[] {
  const names = new Set(node.options.map((option) => option.name));
  const found: Option[] = [];
  for (let at = node.parent; at !== null; at = at.parent) {
    for (const option of at.options) {
      if (!option.global || names.has(option.name)) continue;
      names.add(option.name);
      found.push(option);
    }
  }
  return found;
}

/** Whether a name, without dashes, is one of an option's. */
export function isNamed(option: Option, name: string): boolean {
  return option.name === name || option.aliases?.includes(name) === true;
}

/** Returns the option that a bare name means to a command itself or, if global, to the nearest ancestor. */
export function findOption(
  node: CommandNode,
  name: string,
): Option | undefined {
  const own = node.options.find((option) => isNamed(option, name));
  if (own !== undefined) return own;
  for (let at = node.parent; at !== null; at = at.parent) {
    const option = at.options.find((option) => isNamed(option, name));
    if (option?.global) return option;
  }
  return undefined;
}

/** Returns the handler of a type: the command's own, the nearest global one, or a built-in one. */
export function findType(
  node: CommandNode,
  name: string,
): TypeHandler | undefined {
  const own = node.types.get(name);
  if (own !== undefined) return own.handler;
  for (let at = node.parent; at !== null; at = at.parent) {
    const type = at.types.get(name);
    if (type?.global) return type.handler;
  }
  // A root's own type of that name stands for the built-in one, even if it is not global.
  return rootOf(node).types.has(name) ? undefined : BUILT_IN_TYPES.get(name);
}
