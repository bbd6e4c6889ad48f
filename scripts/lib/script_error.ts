// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * How a script ends: its exit codes, the failure that has one, and the words for it.
 * @module
 */

/** The exit codes of scripts, which are those of the program. */
export const EXIT = { usage: 64, unavailable: 69, bug: 70, file: 74 } as const;

/** A failure with the exit code that it ends with. */
export class ScriptError extends Error {
  override get name(): string {
    return "ScriptError";
  }
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/**
 * Runs a script with the words of its command line. A {@linkcode ScriptError} is printed and
 * decides the exit code.
 *
 * @throws {unknown} All other errors.
 */
export async function runScript(
  main: (words: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    console.error(`kaizen: ${error.message}`);
    Deno.exitCode = error.code;
  }
}
