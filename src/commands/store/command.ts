// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen store prune|stats`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { chooseHelp } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { durationType, wordType } from "../shell/value_types.ts";

function declareGroup(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show the size of the store, and delete old sessions.",
    )
    .example("Show the size of the store", "kaizen store stats")
    .example(
      "Delete sessions older than 90 days",
      "kaizen store prune --older-than 90d",
    )
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}

function declareStats(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show the number of sessions and events, and their size.",
    )
    .example(
      "Print the size in bytes",
      "kaizen store stats -o json | jq .bytes",
    )
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runStoreStats } = await import("./run.ts");
        await runStoreStats(run);
      });
    });
}

function declarePrune(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Delete sessions and their events permanently.\n" +
        "Shows what would be deleted and asks for confirmation, unless --yes is given. The store file shrinks.",
    )
    .example(
      "Delete sessions older than 90 days",
      "kaizen store prune --older-than 90d",
    )
    .example(
      "Delete one session without confirmation",
      "kaizen store prune --session ID --yes",
    )
    .example(
      "Only show what would be deleted",
      "kaizen store prune --older-than 30d --dry-run",
    )
    .type("duration", durationType)
    .type("word", wordType)
    .option(
      "--older-than <duration:duration>",
      "Delete sessions whose last event is older than DURATION (default: none)",
    )
    .option(
      "--session <id:word>",
      "Delete the session with this id (default: none)",
    )
    .option(
      "--workspace <dir:word>",
      "Only in the workspace of DIR (default: all)",
    )
    .option(
      "--dry-run",
      "Only show what would be deleted",
    )
    .option("--yes", "Do not ask for confirmation")
    .action(({ olderThan, session, workspace, dryRun, yes, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runStorePrune } = await import("./run.ts");
        return await runStorePrune({
          olderThanMs: olderThan ?? null,
          session: session ?? null,
          workspace: workspace ?? null,
          isDry: dryRun ?? false,
          isSure: yes ?? false,
        }, run);
      });
    });
}

/** Makes the command `kaizen store` with its subcommands. */
export function makeStore(cli: Cli): ReturnType<typeof declareGroup> {
  const store = declareGroup(cli);
  store.command("stats", declareStats(cli));
  store.command("prune", declarePrune(cli));
  return store;
}
