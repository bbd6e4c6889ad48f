// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Help pages: summary, examples, usage, commands, options. They are plain text, in a pipe and on a
 * terminal.
 * @module
 */
import { HELP_TOPICS, TOPIC_SUMMARIES } from "./topics.ts";
import { wrap } from "../shell/wrap.ts";
import {
  type CommandNode,
  listOptions,
  showArguments,
  type ShownOption,
} from "../shell/command_node.ts";

const MAX_WIDTH = 100;
const MIN_WIDTH = 40;
/** Width in a pipe: a common terminal width, as the page may be viewed anywhere. */
const PIPE_WIDTH = 80;
/** Maximum width of the first column. The text of a longer entry starts on the next line. */
const MAX_TERM = 34;

/**
 * Lays out the help of a command.
 *
 * @param columns Width of the terminal, or null if there is none.
 */
export function renderHelp(
  command: CommandNode,
  columns: number | null,
): string {
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, columns ?? PIPE_WIDTH));
  const children = command.getCommands();
  const options = listOptions(command);
  const own = options.filter(({ isGlobal }) => !isGlobal);
  const inherited = options.filter(({ isGlobal }) => isGlobal);
  const sections = [
    wrap(command.getDescription(), width, "").join("\n"),
    section(
      "Examples",
      list(
        command.getExamples().map((it) => [it.description, it.name]),
        width,
      ),
    ),
    section("Usage", usageLines(command, children, own)),
    section(
      "Commands",
      list(
        children.map((child) => [commandTerm(child), summarize(child)]),
        width,
      ),
    ),
    section("Options", list(own.map(optionRow), width)),
    section("Global options", list(inherited.map(optionRow), width)),
    isRoot(command) ? renderMore(width) : "",
  ];
  return `${sections.filter((it) => it !== "").join("\n\n")}\n`;
}

function isRoot(command: CommandNode): boolean {
  return !command.getPath().includes(" ");
}

/** Lists the other help pages. */
function renderMore(width: number): string {
  const topics = HELP_TOPICS.map((topic) =>
    [`kaizen help ${topic}`, TOPIC_SUMMARIES[topic]] as const
  );
  const command = [
    "kaizen help COMMAND",
    "Help for a command",
  ] as const;
  return section("More help", list([command, ...topics], width));
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [title, ...lines].join("\n");
}

function list(
  rows: readonly (readonly [string, string])[],
  width: number,
): string[] {
  const term = Math.min(
    MAX_TERM,
    Math.max(0, ...rows.map(([left]) => left.length)),
  );
  const indent = " ".repeat(term + 4);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...rest] = wrap(right, width, indent);
    return left.length > term
      ? [`  ${left}`, first, ...rest]
      : [`  ${left.padEnd(term)}  ${first.trimStart()}`, ...rest];
  });
}

function optionRow(option: ShownOption): [string, string] {
  const { long, short, value, description } = option;
  const name = `${short === null ? "    " : `${short}, `}${long}`;
  return [value === null ? name : `${name} ${value}`, description];
}

function usageLines(
  command: CommandNode,
  children: readonly CommandNode[],
  own: readonly ShownOption[],
): string[] {
  const path = command.getPath();
  const words = showArguments(command);
  const options = own.length > 0 ? "[OPTIONS]" : "";
  // What follows the name of git's hook is no option.
  const rest = words.endsWith("…]") ? [options, words] : [words, options];
  const direct = [path, ...rest].filter((part) => part !== "").join(" ");
  const lines = [];
  if (children.length > 0) lines.push(`  ${path} COMMAND [OPTIONS]`);
  if (children.length === 0 || own.length > 0) lines.push(`  ${direct}`);
  return lines;
}

function commandTerm(command: CommandNode): string {
  return [command.getName(), ...command.getAliases()].join(", ");
}

function summarize(command: CommandNode): string {
  const [line = ""] = command.getDescription().split("\n");
  return line.replace(/\.$/, "");
}
