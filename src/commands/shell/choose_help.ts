// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Help as what a command line asks for.
 * @module
 */
import type { Cli } from "./cli.ts";

/** Makes the help page be printed, as a result. */
export function chooseHelp(cli: Cli, page: string): void {
  cli.choose({}, async (run) => {
    const { printText } = await import("./print.ts");
    await printText(run, page);
  }, { textByDefault: true });
}
