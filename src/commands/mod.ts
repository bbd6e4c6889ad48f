// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The commands: one file declares each, another does its work and is loaded only when it runs. Nothing here knows how things
 * work; it parses, calls and prints.
 * @module
 */
export { runProgram } from "./run_program.ts";
