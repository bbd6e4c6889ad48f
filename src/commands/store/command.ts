// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen store stats|prune|backup|restore`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { declareGroup } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { durationType, wordType } from "../shell/value_types.ts";

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
      "Delete old events and their sessions permanently.\n" +
        "A session that has newer events, too, loses only the old ones. Shows what would be deleted and asks for confirmation, unless --yes is given. The store file shrinks.",
    )
    .example(
      "Delete events older than 90 days",
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
      "Delete events older than DURATION, such as 90d; without a unit it is in milliseconds (default: none)",
    )
    .option(
      "--session <id:word>",
      "Delete one session: an id, a unique prefix of one, or @latest (default: none)",
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

function declareBackup(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Copy the store into one new file, also while the daemon runs.\n" +
        "Never overwrites a file. Only its owner may read the copy.",
    )
    .type("word", wordType)
    .arguments("<file:word>")
    .example(
      "Back up the store with the date in the name",
      "kaizen store backup kaizen-$(date +%F).db",
    )
    .action((flags, file) => {
      cli.choose(flags, async (run) => {
        const { runStoreBackup } = await import("./run_backup.ts");
        await runStoreBackup(file, run);
      });
    });
}

function declareRestore(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Put a backup in the place of the store.\n" +
        "Checks the backup, stops the daemon, and keeps the store that was there under another name. The next command or hook starts the daemon again.",
    )
    .type("word", wordType)
    .arguments("<file:word>")
    .example("Go back to a backup", "kaizen store restore kaizen-2026-08-22.db")
    .action((flags, file) => {
      cli.choose(flags, async (run) => {
        const { runStoreRestore } = await import("./run_backup.ts");
        await runStoreRestore(file, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen store` with its subcommands. */
export function makeStore(cli: Cli): Command<GlobalFlags> {
  const store = declareGroup(
    cli,
    "Show, prune, back up and restore the store.",
  )
    .example("Show the size of the store", "kaizen store stats")
    .example(
      "Delete sessions older than 90 days",
      "kaizen store prune --older-than 90d",
    )
    .example("Back up the store", "kaizen store backup kaizen.db");
  store.command("stats", declareStats(cli));
  store.command("prune", declarePrune(cli));
  store.command("backup", declareBackup(cli));
  store.command("restore", declareRestore(cli));
  return store;
}
