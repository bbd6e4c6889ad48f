// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Choosing help as the work of a command line, and commands that do nothing else.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "./cli.ts";
import type { GlobalFlags } from "./settings.ts";

/** Chooses to print a help page to stdout. */
export function chooseHelp(cli: Cli, page: string): void {
  cli.choose({}, async (run) => {
    const { printText } = await import("./print.ts");
    await printText(run, page);
  }, { textByDefault: true });
}

/** Declares a command that has subcommands, and prints its help without one. */
export function declareGroup(
  cli: Cli,
  description: string,
): Command<GlobalFlags> {
  return new Command<GlobalFlags>()
    .description(description)
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}
