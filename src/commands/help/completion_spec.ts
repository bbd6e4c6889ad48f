// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What can be completed where, read off the tree of commands.
 * @module
 */
import { listAgents } from "../../agents/mod.ts";
import { SESSION_STATUSES } from "../../proto/mod.ts";
import { type CommandNode, listOptions } from "../shell/command_node.ts";
import { HELP_TOPICS } from "./topics.ts";
import { COLOR_CHOICES, FORMATS } from "../shell/settings.ts";
import { SHELLS } from "./shells.ts";

/** What stands in a place: one of some words, a path, a session's id, or what nobody can guess. */
export type Completion =
  | { kind: "words"; words: readonly string[] }
  | { kind: "directories" | "files" | "ids" | "nothing" };

/** A completion as the scripts for bash and zsh hand it on: what it is and, behind that, the words. */
export function describeValue(value: Completion | null): string {
  if (value === null) return "";
  return value.kind === "words" ? `words ${value.words.join(" ")}` : value.kind;
}

/** A word with what it means. */
export interface Described {
  word: string;
  description: string;
}

/** An option in its place. */
export interface OptionSpec extends Described {
  /** `-o`, if there is one. */
  short: string | null;
  /** Null for a switch. */
  value: Completion | null;
}

/** A command with everything that may follow it. */
export interface CommandSpec {
  /** All words from the root on; a command with two names comes twice. */
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

/** Reads the whole tree; the root first. */
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

/** What fits beside a word: without what stands in brackets and behind a colon. */
function firstSentence(text: string): string {
  return text.replace(/ \(.*$/, "").replace(/[:;].*$/, "").replace(/\.$/, "");
}
