// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Choosing help as the work of a command line.
 * @module
 */
import type { Cli } from "./cli.ts";

/** Chooses to print a help page to stdout. */
export function chooseHelp(cli: Cli, page: string): void {
  cli.choose({}, async (run) => {
    const { printText } = await import("./print.ts");
    await printText(run, page);
  }, { textByDefault: true });
}
