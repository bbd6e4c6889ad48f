// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen man`, for whoever builds or packages kaizen.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { CommandNode } from "../shell/command_node.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declare(cli: Cli, root: CommandNode) {
  return new Command<GlobalFlags>()
    .description("Print the manual page, in the man macros of roff.")
    .example("read it", "kaizen man | man -l -")
    .hidden()
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { renderMan } = await import("./man_page.ts");
        const { printText } = await import("../shell/print.ts");
        await printText(run, renderMan(root));
      }, { textByDefault: true });
    });
}

/** The command `kaizen man`. */
export function makeMan(
  cli: Cli,
  root: CommandNode,
): ReturnType<typeof declare> {
  return declare(cli, root);
}
