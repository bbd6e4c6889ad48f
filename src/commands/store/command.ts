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
      "See how much is kept, and delete what is old.",
    )
    .example("how much is it?", "kaizen store stats")
    .example("keep a quarter", "kaizen store prune --older-than 90d")
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}

function declareStats(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show how many sessions and events there are, and their size.",
    )
    .example("its size in bytes", "kaizen store stats -o json | jq .bytes")
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
      "Delete sessions with their events, for good; the file shrinks.\n" +
        "Shows what it would delete and asks first, unless --yes is given.",
    )
    .example(
      "what ended over 90 days ago",
      "kaizen store prune --older-than 90d",
    )
    .example(
      "one session, without a question",
      "kaizen store prune --session ID --yes",
    )
    .example("only look", "kaizen store prune --older-than 30d --dry-run")
    .type("duration", durationType)
    .type("word", wordType)
    .option(
      "--older-than <duration:duration>",
      "Sessions whose last event is older than that (default: none)",
    )
    .option("--session <id:word>", "The session of this id (default: none)")
    .option(
      "--workspace <dir:word>",
      "Only in the workspace of this directory (default: all)",
    )
    .option(
      "--dry-run",
      "Only say what would be deleted (default: ask, then delete)",
    )
    .option("--yes", "Do not ask (default: ask)")
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

/** The command `kaizen store` with all below it. */
export function makeStore(cli: Cli): ReturnType<typeof declareGroup> {
  const store = declareGroup(cli);
  store.command("stats", declareStats(cli));
  store.command("prune", declarePrune(cli));
  return store;
}
