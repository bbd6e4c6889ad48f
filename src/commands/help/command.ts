// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen help [COMMAND…|TOPIC]`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { CommandNode } from "../shell/command_node.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";

function declare(cli: Cli, root: CommandNode) {
  return new Command<GlobalFlags>()
    .description("Show the help of a command or a topic.")
    .example("all commands", "kaizen help")
    .example("one of them", "kaizen help sessions")
    .example("what the exit codes mean", "kaizen help exit-codes")
    .example("what scripts can rely on", "kaizen help json")
    .example("variables that are read", "kaizen help environment")
    .type("word", wordType)
    .arguments("[command...:word]")
    .action((flags, ...words) => {
      cli.choose(flags, async (run) => {
        const { runHelp } = await import("./run.ts");
        await runHelp({ words, root }, run);
      }, { textByDefault: true });
    });
}

/** The command `kaizen help`. */
export function makeHelp(
  cli: Cli,
  root: CommandNode,
): ReturnType<typeof declare> {
  return declare(cli, root);
}
