// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * As much of a declared command as help, completions, the man page and error messages look at.
 * @module
 */
import { OPTIONAL_VALUE, restoreWords } from "./words.ts";

/** One declared option. */
export interface OptionNode {
  /** First long name, without its dashes. */
  name: string;
  /** All names, dashes and all. */
  flags: readonly string[];
  description: string;
  /** `<name:type>`, or nothing for a switch. */
  typeDefinition?: string | undefined;
  global?: boolean | undefined;
  standalone?: boolean | undefined;
}

/** A declared command. */
export interface CommandNode {
  getName(): string;
  getAliases(): string[];
  /** All names from the root on, such as `kaizen sessions list`. */
  getPath(): string;
  getDescription(): string;
  getArguments(): { name: string; optional?: boolean; variadic?: boolean }[];
  getExamples(): { name: string; description: string }[];
  getOptions(hidden?: boolean): OptionNode[];
  getCommands(hidden?: boolean): CommandNode[];
}

/** An option as a user writes it. */
export interface ShownOption {
  /** `--limit`. */
  long: string;
  /** `-o`, if there is one. */
  short: string | null;
  /** `DURATION`, `[DURATION]` if it may be left out, or null for a switch. */
  value: string | null;
  description: string;
  isGlobal: boolean;
}

/** Options of a command as users know them: its own first, then those that all commands have. */
export function listOptions(command: CommandNode): ShownOption[] {
  const shown = command.getOptions().map(showOption);
  return [
    ...shown.filter(({ isGlobal }) => !isGlobal),
    ...shown.filter(({ isGlobal }) => isGlobal),
  ];
}

function showOption(option: OptionNode): ShownOption {
  const [, name = null] = /^<([^:>]+)/.exec(option.typeDefinition ?? "") ?? [];
  return {
    long: restoreWords(`--${option.name}`),
    short: option.flags.find((flag) => /^-[^-]$/.test(flag)) ?? null,
    value: name === null
      ? null
      : option.name === OPTIONAL_VALUE
      ? `[${name.toUpperCase()}]`
      : name.toUpperCase(),
    description: option.description,
    // The version option belongs to the root, but is understood everywhere.
    isGlobal: option.global === true || option.standalone === true,
  };
}

/** How a command's arguments are written: `ID`, `[FILE]`, `[ARGS…]`. */
export function showArguments(command: CommandNode): string {
  return command.getArguments().map(({ name, optional, variadic }) => {
    const word = `${name.toUpperCase()}${variadic ? "…" : ""}`;
    return optional ? `[${word}]` : word;
  }).join(" ");
}
