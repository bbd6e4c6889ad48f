// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Command } from "./command.ts";

/** One word of the command line on its way through a type. */
export interface ArgumentValue {
  /** `Option` or `Argument`. */
  label: string;
  /** Name of the type that it must be of. */
  type: string;
  /** `--name` of the option, or the argument's name. */
  name: string;
  /** The word itself. */
  value: string;
}

/** Turns a word into a value, or throws a `ValidationError`. */
export type TypeHandler<T = unknown> = (arg: ArgumentValue) => T;

/** A type as an object. */
export abstract class Type<T> {
  abstract parse(type: ArgumentValue): T;
}

/** One declared argument of a command or an option. */
export interface Argument {
  name: string;
  type: string;
  /** What completes it; its type. */
  action: string;
  /** The definition, with its brackets. */
  raw: string;
  description?: string;
  optional?: boolean;
  variadic?: boolean;
}

/** One declared option. */
export interface Option {
  /** The first long name, without dashes. */
  name: string;
  /** All other names, without dashes. */
  aliases?: string[];
  /** All names, with their dashes. */
  flags: string[];
  description: string;
  /** What follows the names: `<name:type>`, or nothing. */
  typeDefinition?: string;
  args: Argument[];
  required?: boolean;
  collect?: boolean;
  default?: unknown;
  hidden?: boolean;
  global?: boolean;
  /** Refuses other options beside it, needs no arguments, replaces the command's action by its own. */
  standalone?: boolean;
  action?: Action;
}

/** A named example in a command's help. */
export interface Example {
  name: string;
  description: string;
}

/** How help is wanted. */
export interface HelpOptions {
  long?: boolean;
  colors?: boolean;
}

/** Returns the help of a command. */
export type HelpHandler = (
  this: Command,
  cmd: Command,
  options: HelpOptions,
) => string;

/** What a command does, once its types are forgotten. */
export type Action = (
  this: Command,
  options: Record<string, unknown>,
  ...args: unknown[]
) => unknown;

/** What a finished `parse` returns. */
export interface CommandResult<
  O = Record<string, unknown>,
  A = unknown[],
  C = Command,
> {
  options: O;
  args: A;
  /** The words after `--`. */
  literal: string[];
  /** The command that ran. */
  cmd: C;
}
