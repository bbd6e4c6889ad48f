// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen spool status|flush|list|purge`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { declareGroup } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declareStatus(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("Show the size of the spool and whether it can be written.")
    .example("Show how full the spool is", "kaizen spool status")
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
      "Deliver the waiting events to the daemon, oldest first.\n" +
        "The daemon also does this when it starts.",
    )
    .example("Deliver the waiting events now", "kaizen spool flush")
    .example("Retry the rejected events, too", "kaizen spool flush --rejected")
    .option(
      "--rejected",
      "Retry the rejected events before the waiting ones (default: only the waiting ones)",
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
    .description(
      "List the events in the spool and the failures of hooks.\n" +
        "Each rejected event and each failure has its reason.",
    )
    .example(
      "List only the rejected events",
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
    .description(
      "Delete the rejected events and the failures of hooks.\n" +
        "With --pending --yes, also deletes the waiting events.",
    )
    .example("Delete the rejected events and failures", "kaizen spool purge")
    .option(
      "--pending",
      "Also delete the waiting events; needs --yes (default: keep them)",
    )
    .option("--yes", "Confirm that undelivered events are lost")
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

/** Makes the command `kaizen spool` with its subcommands. */
export function makeSpool(cli: Cli): Command<GlobalFlags> {
  const spool = declareGroup(
    cli,
    "Manage events that no daemon has acknowledged yet.\n" +
      "The spool keeps them on disk. They are delivered automatically when a daemon starts or accepts the next event.",
  )
    .example("List the events in the spool", "kaizen spool list")
    .example("Deliver the waiting events now", "kaizen spool flush");
  spool.command("status", declareStatus(cli));
  spool.command("flush", declareFlush(cli));
  spool.command("list", declareList(cli));
  spool.command("purge", declarePurge(cli));
  return spool;
}
