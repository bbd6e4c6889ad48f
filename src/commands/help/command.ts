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
    .description("Show help for a command or a topic.")
    .example("List all commands", "kaizen help")
    .example("Show help for one command", "kaizen help sessions")
    .example("Explain the exit codes", "kaizen help exit-codes")
    .example("Explain the JSON output", "kaizen help json")
    .example("List the environment variables", "kaizen help environment")
    .example("Tell how to record less", "kaizen help privacy")
    .type("word", wordType)
    .arguments("[command...:word]")
    .action((flags, ...words) => {
      cli.choose(flags, async (run) => {
        const { runHelp } = await import("./run.ts");
        await runHelp({ words, root }, run);
      }, { textByDefault: true });
    });
}

/** Makes the command `kaizen help`. */
export function makeHelp(
  cli: Cli,
  root: CommandNode,
): ReturnType<typeof declare> {
  return declare(cli, root);
}
