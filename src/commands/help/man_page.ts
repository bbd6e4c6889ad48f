// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The manual page, rendered from the command tree.
 * @module
 */
import { KAIZEN_VERSION } from "../../proto/mod.ts";
import {
  type CommandNode,
  listOptions,
  showArguments,
  type ShownOption,
} from "../shell/command_node.ts";
import { EXIT_MEANINGS } from "../shell/exit_codes.ts";
import { renderTopic } from "./topic_pages.ts";

/** Renders `kaizen.1` with the man macros. */
export function renderMan(root: CommandNode): string {
  const shared = listOptions(root).filter(({ isGlobal }) => isGlobal);
  const lines = [
    `.TH KAIZEN 1 "" "kaizen ${KAIZEN_VERSION}" "User Commands"`,
    ".SH NAME",
    "kaizen \\- record what coding agents do, and look it up later",
    ".SH SYNOPSIS",
    ".B kaizen",
    "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]",
    ".SH DESCRIPTION",
    escapeRoff(root.getDescription()),
    ".PP",
    escapeRoff(
      "Results go to standard output: as text on a terminal, otherwise as JSON. Everything else goes to standard error.",
    ),
    ".SH COMMANDS",
    ...listCommands(root).flatMap(renderCommand),
    ".SH GLOBAL OPTIONS",
    ...shared.flatMap(renderOption),
    ".SH ENVIRONMENT",
    ...renderPage(renderTopic("environment")),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT_MEANINGS).flatMap(([code, meaning]) => [
      ".TP",
      `.B ${code}`,
      escapeRoff(meaning),
    ]),
    ".PP",
    escapeRoff(
      '2 is never used: coding agents read exit 2 of a hook as "block this tool call".',
    ),
    ".SH FILES",
    ".TP",
    ".I ~/.kaizen",
    escapeRoff(
      "Socket (daemon.sock), lock (daemon.pid), log (daemon.log), store (store.db) and spool.",
    ),
    ".SH EXAMPLES",
    // A section already starts a paragraph.
    ...root.getExamples().flatMap(renderExample).slice(1),
  ];
  return `${lines.join("\n")}\n`;
}

function listCommands(command: CommandNode): CommandNode[] {
  return command.getCommands().flatMap((
    child,
  ) => [child, ...listCommands(child)]);
}

function renderCommand(command: CommandNode): string[] {
  const own = listOptions(command).filter(({ isGlobal }) => !isGlobal);
  const usage = [command.getPath(), showArguments(command)].join(" ").trim();
  const [summary = "", ...more] = command.getDescription().split("\n");
  return [
    `.SS ${escapeRoff(usage)}`,
    escapeRoff([summary, ...more].join(" ")),
    ...own.flatMap(renderOption),
    ...command.getExamples().flatMap(renderExample),
  ];
}

function renderOption(option: ShownOption): string[] {
  const { short, long, value, description } = option;
  const names = [short, long].filter((name) => name !== null)
    .map((name) => `\\fB${escapeRoff(name)}\\fR`).join(", ");
  const shown = value === null
    ? names
    : `${names} \\fI${escapeRoff(value)}\\fR`;
  return [".TP", shown, escapeRoff(description)];
}

function renderExample(
  { name, description }: { name: string; description: string },
): string[] {
  return [
    ".PP",
    escapeRoff(
      `${name.charAt(0).toUpperCase()}${name.slice(1)}${
        name.endsWith("?") ? "" : ":"
      }`,
    ),
    ".PP",
    ".RS 4",
    ".EX",
    escapeRoff(description),
    ".EE",
    ".RE",
  ];
}

/** Renders a page with a fixed layout, without its title. */
function renderPage(page: string): string[] {
  const lines = page.trimEnd().split("\n").slice(2);
  return [".EX", ...lines.map(escapeRoff), ".EE"];
}

/** Escapes text for roff: backslashes, requests, and minus signs, which would become hyphens. */
function escapeRoff(text: string): string {
  const safe = text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll("…", "...");
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}
