// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is wrong with a command line, in one line with the nearest right word.
 * @module
 */
import {
  type CommandNode,
  listOptions,
  type ShownOption,
} from "./command_node.ts";
import { CommandLineError } from "./errors.ts";
import { findNearest } from "./nearest.ts";
import { restoreWords } from "./words.ts";

// What the command library adds by itself, far-fetched or not; and its colors.
const ITS_GUESS = / Did you mean [a-z]+ "[^"]*"\?$/;
// deno-lint-ignore no-control-regex
const ITS_COLORS = /\x1b\[[0-9;]*m/g;

// It names arguments in lower case and never knows how many they are.
const ITS_MISSING = /^Missing argument\(s\): (.+)$/;

function explainMissing(_: string, names: string): string {
  const several = names.includes(",") ? "s" : "";
  return `Missing argument${several}: ${names.toUpperCase()}`;
}

/**
 * Turns what the command library threw into our error.
 *
 * @param message Its message.
 * @param command The command that refused the words.
 * @param words All words of the command line, as the user wrote them.
 */
export function explainUsage(
  message: string,
  command: CommandNode,
  words: readonly string[],
): CommandLineError {
  const unknown = findUnknown(command, words);
  if (unknown === null) {
    const text = message.replace(ITS_COLORS, "").replace(ITS_GUESS, "")
      .replace(/\.$/, "").replace(ITS_MISSING, explainMissing);
    return new CommandLineError(restoreWords(text), command.getPath());
  }
  const { kind, word, known } = unknown;
  const near = findNearest(word, known) ??
    listOptions(command).map(({ long }) => long)
      .find((long) => kind === "command" && long === `--${word}`) ??
    null;
  const guess = near === null ? "" : `; did you mean "${near}"?`;
  return new CommandLineError(
    `Unknown ${kind} "${word}"${guess}`,
    command.getPath(),
  );
}

interface Unknown {
  kind: "command" | "option";
  word: string;
  known: string[];
}

/** Finds the first word that is neither an option, nor an option's value, nor the name of a command. */
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
      // Where even a known one was not reached, the fault lies before it.
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
  return option.long !== "--watch" || /^\d/.test(next ?? "");
}

/** True for switches written together: `-vq`. */
function isCluster(
  flag: string,
  options: readonly ShownOption[],
): boolean {
  return /^-[^-]{2,}$/.test(flag) &&
    [...flag.slice(1)].every((letter) =>
      options.some(({ short }) => short === `-${letter}`)
    );
}
