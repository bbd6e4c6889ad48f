// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Usage errors: one line that says what is wrong with a command line, and suggests the nearest
 * word.
 * @module
 */
import {
  type CommandNode,
  listOptions,
  type ShownOption,
} from "./command_node.ts";
import { CommandLineError } from "./errors.ts";
import { guessWord } from "./nearest.ts";
import { isValue, OPTIONAL_VALUE, restoreWords } from "./words.ts";

// The suggestion that the command library adds, which may be far-fetched, and its colors.
const ITS_GUESS = / Did you mean [a-z]+ "[^"]*"\?$/;
// deno-lint-ignore no-control-regex
const ITS_COLORS = /\x1b\[[0-9;]*m/g;

// The messages of the command library about an argument too many.
const ITS_SURPLUS = /^(?:Too many arguments|No arguments|Unknown command)/;

// The command library prints argument names in lower case, and always "Argument(s)".
const ITS_MISSING = /^Missing argument\(s\): (.+)$/;

function explainMissing(_: string, names: string): string {
  const several = names.includes(",") ? "s" : "";
  return `Missing argument${several}: ${names.toUpperCase()}`;
}

/**
 * Converts an error of the command library to ours.
 *
 * @param message The message of the library.
 * @param command The command that rejected the words.
 * @param words All words of the command line, as the user typed them.
 * @param root The whole tree.
 */
export function explainUsage(
  message: string,
  command: CommandNode,
  words: readonly string[],
  root: CommandNode,
): CommandLineError {
  const unknown = findUnknown(command, words);
  const literal = words.includes("--")
    ? words[words.indexOf("--") + 1]
    : undefined;
  if (unknown === null && literal !== undefined && ITS_SURPLUS.test(message)) {
    return new CommandLineError(
      `Unexpected argument after --: "${literal}"`,
      command.getPath(),
    );
  }
  if (unknown === null) {
    const text = message.replace(ITS_COLORS, "").replace(ITS_GUESS, "")
      .replace(/\.$/, "").replace(ITS_MISSING, explainMissing);
    return new CommandLineError(restoreWords(text), command.getPath());
  }
  const { kind, word, known } = unknown;
  const option = listOptions(command).find(({ long }) => long === `--${word}`);
  const guess = kind === "option"
    ? guessWord(word, known)
    : guessCommand(word, option ? [...known, option.long] : known, root);
  return new CommandLineError(
    `Unknown ${kind} "${word}"${guess}`,
    command.getPath(),
  );
}

/**
 * Suggests commands for an unknown one: those of another command that have its name, or else the
 * nearest word.
 *
 * @param known The words that could stand there.
 * @param root The whole tree.
 * @returns The end of a message, or nothing.
 */
export function guessCommand(
  word: string,
  known: readonly string[],
  root: CommandNode,
): string {
  const named = findNamed(word, root).map((path) => `"${path}"`);
  return named.length > 0
    ? `; did you mean ${named.join(" or ")}?`
    : guessWord(word, known);
}

/** Finds the commands of a name anywhere below a command, as words after `kaizen`. */
function findNamed(name: string, command: CommandNode): string[] {
  return command.getCommands().flatMap((child) =>
    child.getName() === name || child.getAliases().includes(name)
      ? child.getPath().split(" ").slice(1).join(" ")
      : findNamed(name, child)
  );
}

interface Unknown {
  kind: "command" | "option";
  word: string;
  known: string[];
}

/** Finds the first word that is not an option, the value of an option, or the name of a command. */
export function findUnknown(
  command: CommandNode,
  words: readonly string[],
): Unknown | null {
  const options = listOptions(command);
  const path = command.getPath().split(" ").slice(1);
  const children = command.getCommands(true);
  const ending = words.indexOf("--");
  const considered = ending === -1 ? words : words.slice(0, ending);
  let depth = 0;
  for (let i = 0; i < considered.length; i++) {
    const word = considered[i] ?? "";
    const [flag = ""] = word.split("=");
    if (/^-[^-]/.test(word) || word.startsWith("--")) {
      const option = options.find(({ long, short }) =>
        flag === long || flag === short
      );
      if (option === undefined && !isCluster(flag, options)) {
        return {
          kind: "option",
          word: flag,
          known: options.map((o) => o.long),
        };
      }
      if (takesNext(option, word, considered[i + 1])) i++;
    } else if (depth < path.length) depth++;
    else if (children.length > 0 && command.getArguments().length === 0) {
      const known = children.flatMap((
        it,
      ) => [it.getName(), ...it.getAliases()]);
      // If parsing did not reach a known command, the error is before it.
      return known.includes(word) ? null : { kind: "command", word, known };
    }
  }
  return null;
}

function takesNext(
  option: ShownOption | undefined,
  word: string,
  next: string | undefined,
): boolean {
  if (option === undefined || option.value === null) return false;
  if (word.includes("=")) return false;
  return option.long !== `--${OPTIONAL_VALUE}` || isValue(next);
}

/** Returns true for combined switches, such as `-vq`. */
function isCluster(
  flag: string,
  options: readonly ShownOption[],
): boolean {
  return /^-[^-]{2,}$/.test(flag) &&
    [...flag.slice(1)].every((letter) =>
      options.some(({ short }) => short === `-${letter}`)
    );
}
