// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stand-in for the part of `@cliffy/command` that this project uses.
 * @module
 */
export { Command } from "./cliffy/command.ts";
export { type ArgumentValue, ValidationError } from "./cliffy/errors.ts";
