// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen stop`, also `kaizen daemon stop`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Stop the daemon and wait until it is gone.\n" +
        "Events that come meanwhile wait in the spool. Exits 0 also if it was stopped already.",
    )
    .example("stop it", "kaizen stop")
    .example("ask it to, and go on", "kaizen stop --no-wait")
    .option(
      "--nowait",
      "Return once it has agreed, before it is gone (default: wait, 5s in all)",
    )
    .action(({ nowait, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runStop } = await import("./run.ts");
        await runStop({ waits: nowait === undefined }, run);
      });
    });
}

/** The command `kaizen stop`. */
export function makeStop(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}
