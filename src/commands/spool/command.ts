// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen spool status|flush|list|purge`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { chooseHelp } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declareGroup(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Look after events that no daemon has acknowledged yet.\n" +
        "They wait on disk, in the spool, and are delivered by themselves when a daemon starts or takes the next event.",
    )
    .example("what waits, and why", "kaizen spool list")
    .example("deliver it now", "kaizen spool flush")
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}

function declareStatus(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("Show how much waits in the spool, and whether it takes more.")
    .example("how full is it?", "kaizen spool status")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runSpoolStatus } = await import("./run.ts");
        await runSpoolStatus(run);
      });
    });
}

function declareFlush(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Deliver what waits to the daemon, in order.\n" +
        "The daemon does so by itself when it starts.",
    )
    .example("deliver it now", "kaizen spool flush")
    .example("try again what was set aside", "kaizen spool flush --rejected")
    .option(
      "--rejected",
      "Try what was set aside, then what waits (default: what waits only)",
    )
    .action(({ rejected, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runSpoolFlush } = await import("./run_flush.ts");
        await runSpoolFlush({ rejected: rejected ?? false }, run);
      });
    });
}

function declareList(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("List the events in the spool, and why some were set aside.")
    .example(
      "what was set aside",
      "kaizen spool list -o json | jq '.entries[] | select(.state == \"rejected\")'",
    )
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runSpoolList } = await import("./run.ts");
        await runSpoolList(run);
      });
    });
}

function declarePurge(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("Delete what was set aside; with --pending also what waits.")
    .example("forget what no daemon will ever take", "kaizen spool purge")
    .option(
      "--pending",
      "Delete the events that wait, too; needs --yes (default: keep them)",
    )
    .option("--yes", "Lose events that were never delivered (default: refuse)")
    .action(({ pending, yes, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runSpoolPurge } = await import("./run.ts");
        await runSpoolPurge(
          { pending: pending ?? false, yes: yes ?? false },
          run,
        );
      });
    });
}

/** The command `kaizen spool` with all below it. */
export function makeSpool(cli: Cli): ReturnType<typeof declareGroup> {
  const spool = declareGroup(cli);
  spool.command("status", declareStatus(cli));
  spool.command("flush", declareFlush(cli));
  spool.command("list", declareList(cli));
  spool.command("purge", declarePurge(cli));
  return spool;
}
