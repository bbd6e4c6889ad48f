// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The commands: `command.ts` in the folder of each command declares it, and `run.ts` runs it and is
 * loaded only then. The commands parse, call other folders and print.
 * @module
 */
export { runProgram } from "./run_program.ts";
