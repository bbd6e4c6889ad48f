// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";
import { didYouMean, ValidationError } from "./errors.ts";
import {
  type CommandNode,
  findCommand,
  isNamed,
  optionsOf,
  pathOf,
} from "./node.ts";
import { type ParseState, readWords, tooMany } from "./read_words.ts";

/** The result of a finished `parse`. */
export interface CommandResult {
  /** The words after `--`. */
  literal: string[];
  /** The command that ran. */
  cmd: Command;
}

/**
 * Finds the command that the words mean, reads them and runs it.
 *
 * @throws {ValidationError} If they are not what the command takes; its `cmd` is the command that
 * refused them.
 */
export async function runCommand(
  node: CommandNode,
  state: ParseState,
): Promise<CommandResult> {
  try {
    let child = findCommand(node, state.words[0]);
    if (child === undefined && startsWithGlobal(node, state.words)) {
      readWords(node, state, {
        options: optionsOf(node).filter(({ global }) => global),
        arguments: [],
        stopEarly: true,
        stopOnUnknown: true,
      });
      child = findCommand(node, state.words[0]);
    }
    if (child === undefined) return await runHere(node, state);
    state.words.shift();
    // Not awaited here: an error belongs to the child.
    return runCommand(child, state);
  } catch (error) {
    if (error instanceof ValidationError) error.cmd = node.face;
    throw error;
  }
}

function startsWithGlobal(node: CommandNode, words: string[]): boolean {
  const [word = ""] = (words[0] ?? "").split("=");
  const option = optionsOf(node).find((one) => isNamed(one, word));
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
  const { options, literal, actions, standalone, stopped, words } = state;
  const args = state.args.length === 0 && stopped ? words : state.args;
  const action = standalone === null ? node.action : null;
  for (const act of action === null ? actions : [...actions, action]) {
    await act.call(node.face, options, ...args);
  }
  return { literal, cmd: node.face };
}

/** Refuses words that are left over, where no arguments are declared. */
function refuseWords(node: CommandNode, words: readonly string[]): void {
  const [word] = words;
  if (word === undefined || node.arguments.length > 0) return;
  if (node.commands.length === 0) {
    throw new ValidationError(
      `No arguments allowed for command "${pathOf(node)}".`,
    );
  }
  if (findCommand(node, word) !== undefined) throw tooMany(words);
  const known = node.commands.filter(({ hidden }) => !hidden)
    .map(({ name }) => name);
  throw new ValidationError(
    `Unknown command "${word}".${didYouMean("command", word, known)}`,
  );
}
