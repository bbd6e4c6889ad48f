// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completions of commands, options and arguments, read from the command tree.
 * @module
 */
import { listAgents } from "../../agents/mod.ts";
import { SESSION_STATUSES } from "../../proto/mod.ts";
import { type CommandNode, listOptions } from "../shell/command_node.ts";
import { HELP_TOPICS } from "./topics.ts";
import { COLOR_CHOICES, FORMATS } from "../shell/settings.ts";
import { SHELLS } from "./shells.ts";

/** Possible values: one of some words, a path, a session id, or unknown. */
export type Completion =
  | { kind: "words"; words: readonly string[] }
  | { kind: "directories" | "files" | "ids" | "nothing" };

/** Formats a completion as the scripts for bash and zsh pass it on: its kind and then the words. */
export function describeValue(value: Completion | null): string {
  if (value === null) return "";
  return value.kind === "words" ? `words ${value.words.join(" ")}` : value.kind;
}

/** A word with its description. */
export interface Described {
  word: string;
  description: string;
}

/** An option and its possible values. */
export interface OptionSpec extends Described {
  /** `-o`, or null if there is none. */
  short: string | null;
  /** Null for a switch. */
  value: Completion | null;
}

/** A command with its subcommands, options and argument. */
export interface CommandSpec {
  /** The full name; a command with an alias has two specs. */
  path: string;
  commands: Described[];
  options: OptionSpec[];
  argument: Completion | null;
}

const VALUES = new Map<string, Completion>([
  ["--output", { kind: "words", words: FORMATS }],
  ["--color", { kind: "words", words: COLOR_CHOICES }],
  ["--status", { kind: "words", words: SESSION_STATUSES }],
  ["--source", { kind: "words", words: listAgents() }],
  ["--home", { kind: "directories" }],
  ["--workspace", { kind: "directories" }],
  ["--socket", { kind: "files" }],
  ["--session", { kind: "ids" }],
]);

/** Reads the whole command tree, starting with the root. */
export function readSpec(root: CommandNode): CommandSpec[] {
  return readCommand(root, root.getName(), root);
}

function readCommand(
  command: CommandNode,
  path: string,
  root: CommandNode,
): CommandSpec[] {
  const children = command.getCommands();
  const spec: CommandSpec = {
    path,
    commands: children.flatMap((child) =>
      namesOf(child).map((word) => ({ word, description: summarize(child) }))
    ),
    options: listOptions(command).map((
      { long, short, value, description },
    ) => ({
      word: long,
      short,
      description: firstSentence(description),
      value: value === null || long === "--watch"
        ? null
        : VALUES.get(long) ?? { kind: "nothing" },
    })),
    argument: argumentOf(command, root),
  };
  return [
    spec,
    ...children.flatMap((child) =>
      namesOf(child).flatMap((name) =>
        readCommand(child, `${path} ${name}`, root)
      )
    ),
  ];
}

function argumentOf(
  command: CommandNode,
  root: CommandNode,
): Completion | null {
  switch (command.getArguments()[0]?.name) {
    case undefined:
      return null;
    case "id":
      return { kind: "ids" };
    case "file":
      return { kind: "files" };
    case "shell":
      return { kind: "words", words: SHELLS };
    case "command": {
      const commands = root.getCommands().map((child) => child.getName());
      return { kind: "words", words: [...commands, ...HELP_TOPICS] };
    }
    default:
      return { kind: "nothing" };
  }
}

function namesOf(command: CommandNode): string[] {
  return [command.getName(), ...command.getAliases()];
}

function summarize(command: CommandNode): string {
  return firstSentence(command.getDescription().split("\n")[0] ?? "");
}

/** Returns a short description: the text before any parenthesis, colon or semicolon. */
function firstSentence(text: string): string {
  return text.replace(/ \(.*$/, "").replace(/[:;].*$/, "").replace(/\.$/, "");
}
