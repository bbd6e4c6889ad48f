// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@cliffy/command` that this project uses.
 * @module
 */
export { Command } from "./cliffy/command.ts";
export {
  ValidationError,
  type ValidationErrorOptions,
} from "./cliffy/errors.ts";
export {
  type Argument,
  type ArgumentValue,
  type CommandResult,
  type Example,
  type HelpHandler,
  type HelpOptions,
  type Option,
  Type,
  type TypeHandler,
} from "./cliffy/types.ts";
export { EnumType } from "./cliffy/value_types.ts";
