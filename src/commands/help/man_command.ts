// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen man`, for builds and packages.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { CommandNode } from "../shell/command_node.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declare(cli: Cli, root: CommandNode) {
  return new Command<GlobalFlags>()
    .description("Print the manual page in roff format.")
    .example("Read the manual page", "kaizen man | man -l -")
    .hidden()
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { renderMan } = await import("./man_page.ts");
        const { printText } = await import("../shell/print.ts");
        await printText(run, renderMan(root));
      }, { textByDefault: true });
    });
}

/** Makes the command `kaizen man`. */
export function makeMan(
  cli: Cli,
  root: CommandNode,
): ReturnType<typeof declare> {
  return declare(cli, root);
}
