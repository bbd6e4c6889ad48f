// SPDX-License-Identifier: AGPL-3.0-or-later
import { didYouMean, ValidationError } from "./errors.ts";
import {
  type CommandNode,
  findCommand,
  findOption,
  inheritedOptions,
  optionsOf,
  pathOf,
} from "./node.ts";
import type { CommandResult, HelpOptions, Option } from "./types.ts";
import { type ParseState, readWords, tooMany } from "./words.ts";

/**
 * Finds the command that the words mean, reads them and runs it.
 *
 * @throws {ValidationError} If they are not what the command takes.
 */
export function runCommand(
  node: CommandNode,
  words: readonly string[],
): Promise<CommandResult> {
  const state: ParseState = {
    words: [...words],
    options: {},
    defaults: new Set(),
    args: [],
    literal: [],
    hasOptions: false,
    stopped: false,
    standalone: null,
    actions: [],
  };
  return descend(node, state);
}

/** Adds the options that every program has, once. */
export function addDefaultOptions(node: CommandNode): void {
  if (node.parent !== null || node.hasDefaults) return;
  node.hasDefaults = true;
  const version: Option | false | null = node.version === null
    ? node.versionOption
    : node.versionOption ?? {
      ...standalone(
        ["-V", "--version"],
        "Show the version number for this program.",
      ),
      action: () => print(node.version?.() ?? ""),
    };
  if (version) node.options.unshift(version);
  const help: Option | false = node.helpOption ?? {
    ...standalone(["-h", "--help"], "Show this help."),
    global: true,
    action() {
      print(this.getHelp());
    },
  };
  if (help) node.options.unshift(help);
}

/** Returns a command's help, from the nearest handler. */
export function helpOf(node: CommandNode, options: HelpOptions): string {
  addDefaultOptions(node);
  for (let at: CommandNode | null = node; at !== null; at = at.parent) {
    if (at.help !== null) return at.help.call(node.face, node.face, options);
  }
  throw new TypeError(
    "Cannot show help with the offline stand-in as it needs .help(handler)",
  );
}

async function descend(
  node: CommandNode,
  state: ParseState,
): Promise<CommandResult> {
  try {
    addDefaultOptions(node);
    node.rawArgs = [...state.words];
    let child = findCommand(node, state.words[0]);
    if (child === undefined && startsWithGlobal(node, state.words)) {
      readWords(node, state, {
        options: [
          ...node.options.filter((option) => option.global),
          ...inheritedOptions(node),
        ],
        arguments: [],
        stopEarly: true,
        stopOnUnknown: true,
      });
      child = findCommand(node, state.words[0]);
    }
    if (child === undefined) return await runHere(node, state);
    state.words.shift();
    // Not awaited here: an error belongs to the child.
    return descend(child, state);
  } catch (error) {
    if (error instanceof ValidationError) error.cmd = node.face;
    if (error instanceof Error) throw error;
    throw new Error(`[non-error-thrown] ${error}`);
  }
}

function startsWithGlobal(node: CommandNode, words: string[]): boolean {
  const [, name] = /^-*([^=]*)/.exec(words[0] ?? "") ?? [];
  const option = name === undefined ? undefined : findOption(node, name);
  return option?.global === true && !option.standalone;
}

async function runHere(
  node: CommandNode,
  state: ParseState,
): Promise<CommandResult> {
  readWords(node, state, {
    options: optionsOf(node),
    arguments: node.arguments,
    stopEarly: node.stopEarly,
    stopOnUnknown: false,
  });
  refuseWords(node, state.words);
  const given = state.args.length > 0
    ? state.args
    : state.stopped
    ? state.words
    : [];
  const args = await Promise.all(given);
  const { options, literal } = state;
  node.literalArgs = literal;
  const result: CommandResult = { options, args, literal, cmd: node.face };
  await Promise.all(
    state.actions.map((action) => action.call(node.face, options, ...args)),
  );
  if (state.actions.length > 0 && state.standalone !== null) return result;
  if (node.action !== null) {
    await node.action.call(node.face, options, ...args);
  } else if (
    node.commands.length > 0 && !state.hasOptions && state.words.length === 0
  ) {
    if (hasAutoHelp(node)) print(helpOf(node, {}));
  }
  return result;
}

/** Refuses words that are left over where no arguments are declared. */
function refuseWords(node: CommandNode, words: readonly string[]): void {
  const [word] = words;
  if (word === undefined || node.arguments.length > 0) return;
  if (node.commands.length === 0) {
    throw new ValidationError(
      `No arguments allowed for command "${pathOf(node)}".`,
    );
  }
  if (findCommand(node, word) !== undefined) throw tooMany(words);
  const known = node.commands.filter((child) => !child.hidden)
    .map((child) => child.name);
  throw new ValidationError(
    `Unknown command "${word}".${didYouMean("command", word, known)}`,
  );
}

function hasAutoHelp(node: CommandNode): boolean {
  return node.autoHelp ?? (node.parent === null || hasAutoHelp(node.parent));
}

function standalone(flags: string[], description: string): Option {
  const names = flags.map((flag) => flag.replace(/^-+/, ""));
  const [alias = "", name = ""] = names;
  return {
    name,
    aliases: [alias],
    flags,
    description,
    typeDefinition: "",
    args: [],
    standalone: true,
  };
}

function print(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}
