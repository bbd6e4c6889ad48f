// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * All of the program but a hook's short way: `main.ts` loads it when there is something else to do.
 * @module
 */
export { runProgram } from "./src/commands/mod.ts";
export { realContext } from "./src/context/mod.ts";
