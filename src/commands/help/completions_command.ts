// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen completions bash|zsh|fish`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { CommandNode } from "../shell/command_node.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { shellType } from "./shells.ts";

function declareCompletions(cli: Cli, root: CommandNode) {
  return new Command<GlobalFlags>()
    .description(
      "Print a completion script for your shell.\n" +
        "Completes commands, options and values, and the ids of sessions while the daemon is running.",
    )
    .example(
      "bash: add this line to ~/.bashrc",
      'eval "$(kaizen completions bash)"',
    )
    .example(
      "zsh: add this line to ~/.zshrc, after compinit",
      "source <(kaizen completions zsh)",
    )
    .example(
      "fish: run this once",
      "kaizen completions fish > ~/.config/fish/completions/kaizen.fish",
    )
    .type("shell", shellType)
    .arguments("<shell:shell>")
    .action((flags, shell) => {
      cli.choose(flags, async (run) => {
        const { runCompletions } = await import("./run_completions.ts");
        await runCompletions({ shell, root }, run);
      }, { textByDefault: true });
    });
}

function declareIds(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("Print the session ids that completion scripts offer.")
    .example("Print them as the scripts do", "kaizen completions ids")
    .hidden()
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runCompletionIds } = await import("./run_completions.ts");
        await runCompletionIds(run);
      }, { textByDefault: true });
    });
}

/** Makes the command `kaizen completions`. */
export function makeCompletions(
  cli: Cli,
  root: CommandNode,
): ReturnType<typeof declareCompletions> {
  const completions = declareCompletions(cli, root);
  completions.command("ids", declareIds(cli));
  return completions;
}
