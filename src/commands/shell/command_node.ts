// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The parts of a declared command that help, completions, the manual page and error messages read.
 * @module
 */
import { OPTIONAL_VALUE, restoreWords } from "./words.ts";

/** A declared option. */
export interface OptionNode {
  /** The first long name, without dashes. */
  name: string;
  /** All names, with dashes. */
  flags: readonly string[];
  description: string;
  /** `<name:type>`, or undefined for a switch. */
  typeDefinition?: string | undefined;
  global?: boolean | undefined;
  standalone?: boolean | undefined;
}

/** A declared command. */
export interface CommandNode {
  getName(): string;
  getAliases(): string[];
  /** The full name, such as `kaizen sessions list`. */
  getPath(): string;
  getDescription(): string;
  getArguments(): { name: string; optional?: boolean; variadic?: boolean }[];
  getExamples(): { name: string; description: string }[];
  getOptions(hidden?: boolean): OptionNode[];
  getCommands(hidden?: boolean): CommandNode[];
}

/** An option as a user types it. */
export interface ShownOption {
  /** `--limit`. */
  long: string;
  /** `-o`, or null if there is none. */
  short: string | null;
  /** `DURATION`, `[DURATION]` if it is optional, or null for a switch. */
  value: string | null;
  description: string;
  isGlobal: boolean;
}

/**
 * Lists the options of a command as users type them: its own options first, then the global ones.
 */
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
    // The version option is declared on the root, but works on every command.
    isGlobal: option.global === true || option.standalone === true,
  };
}

/** Formats the arguments of a command for its usage line: `ID`, `[FILE]`, `[ARGS…]`. */
export function showArguments(command: CommandNode): string {
  return command.getArguments().map(({ name, optional, variadic }) => {
    const word = `${name.toUpperCase()}${variadic ? "…" : ""}`;
    return optional ? `[${word}]` : word;
  }).join(" ");
}
