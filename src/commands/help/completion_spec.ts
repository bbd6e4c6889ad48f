// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completions of commands, options and arguments, read from the command tree.
 * @module
 */
import { listAgents } from "../../agents/mod.ts";
import { SESSION_STATUSES } from "../../proto/mod.ts";
import { type CommandNode, listOptions } from "../shell/command_node.ts";
import { HELP_TOPICS } from "./topics.ts";
import { COLOR_CHOICES, type Format, formatsOf } from "../shell/settings.ts";
import { SHELLS } from "./shells.ts";

/**
 * Possible values: one of some words, a path, a session (an id or `@latest`), the id of a session,
 * or unknown.
 */
export type Completion =
  | { kind: "words"; words: readonly string[] }
  | { kind: "directories" | "files" | "sessions" | "ids" | "nothing" };

/** Formats a completion as the scripts for bash and zsh pass it on: its kind and then the words. */
export function describeValue(value: Completion | null): string {
  if (value === null) return "";
  return value.kind === "words" ? `words ${value.words.join(" ")}` : value.kind;
}

/** The values of an option in one command, or in all that are not named. */
export interface ValueCase {
  /** The full name of the command, or null. */
  path: string | null;
  /** The names of the option, with dashes. */
  flags: readonly string[];
  /** As {@linkcode describeValue} formats it. */
  value: string;
}

/**
 * Lists the values of all options for a `case`: first those of the commands that differ from most.
 */
export function listValueCases(commands: readonly CommandSpec[]): ValueCase[] {
  const all = commands.flatMap(({ path, options }) =>
    options.flatMap(({ word, short, value, endlessValue }) => {
      const flags = short === null ? [word] : [short, word];
      const one = (path: string, value: Completion | null) =>
        value === null ? [] : [{ path, flags, value: describeValue(value) }];
      return [...one(path, value), ...one(path + ENDLESS, endlessValue)];
    })
  );
  const options = Map.groupBy(all, ({ flags }) => flags.join());
  const sorted = [...options.values()].map((cases) =>
    [...Map.groupBy(cases, ({ value }) => value).values()]
      .sort((a, b) => b.length - a.length)
  );
  return [
    ...sorted.flatMap(([_usual, ...others]) => others.flat()),
    ...sorted.flatMap(([usual = []]) =>
      usual.slice(0, 1).map((one) => ({ ...one, path: null }))
    ),
  ];
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
  /** The values beside one of the {@linkcode ENDLESS_OPTIONS}, or null if they are the same. */
  endlessValue: Completion | null;
  /** Whether every command has it, so that it may stand before the name of the command. */
  isGlobal: boolean;
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
  ["--color", { kind: "words", words: COLOR_CHOICES }],
  ["--status", { kind: "words", words: SESSION_STATUSES }],
  ["--source", { kind: "words", words: listAgents() }],
  ["--home", { kind: "directories" }],
  ["--workspace", { kind: "directories" }],
  ["--socket", { kind: "files" }],
  ["--program", { kind: "files" }],
  ["--session", { kind: "sessions" }],
]);

/** The options with which the output of a command has no end. */
export const ENDLESS_OPTIONS: readonly string[] = ["--watch", "--follow"];
/** Formats of output without an end, which is no single document. */
const ENDLESS_FORMATS: readonly Format[] = ["text", "ndjson"];
/** A path with this suffix stands for a command with one of the {@linkcode ENDLESS_OPTIONS}. */
const ENDLESS = " endless";

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
      { long, short, value, description, isGlobal },
    ) => ({
      word: long,
      short,
      description: firstSentence(description),
      value: value === null || long === "--watch" ? null : valueOf(long, path),
      endlessValue: long === "--output" && isEndless(command)
        ? { kind: "words", words: endlessFormatsOf(path) }
        : null,
      isGlobal,
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

function isEndless(command: CommandNode): boolean {
  return listOptions(command).some(({ long }) =>
    ENDLESS_OPTIONS.includes(long)
  );
}

function endlessFormatsOf(path: string): readonly Format[] {
  return path === "kaizen events"
    ? [...ENDLESS_FORMATS, "arrow"]
    : ENDLESS_FORMATS;
}

function valueOf(option: string, path: string): Completion {
  if (option === "--output") return { kind: "words", words: formatsOf(path) };
  // The session of a recorded event may be new, so its id is taken as it is.
  return option === "--session" && path.startsWith("kaizen ingest")
    ? { kind: "ids" }
    : VALUES.get(option) ?? { kind: "nothing" };
}

function argumentOf(
  command: CommandNode,
  root: CommandNode,
): Completion | null {
  switch (command.getArguments()[0]?.name) {
    case undefined:
      return null;
    case "id":
      return { kind: "sessions" };
    case "file":
      return { kind: "files" };
    case "dir":
      return { kind: "directories" };
    case "agent":
      return { kind: "words", words: [...listAgents(), "git"] };
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
