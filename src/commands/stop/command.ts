// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen stop`, also called `kaizen daemon stop`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Stop the daemon and wait until it has exited.\n" +
        "Events that arrive meanwhile are kept in the spool. Exits 0 even if the daemon was not running.",
    )
    .example("Stop the daemon", "kaizen stop")
    .example("Stop the daemon without waiting", "kaizen stop --no-wait")
    .option(
      "--nowait",
      "Return as soon as the daemon agrees to stop (default: wait up to 5s)",
    )
    .action(({ nowait, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runStop } = await import("./run.ts");
        await runStop({ waits: nowait === undefined }, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen stop`. */
export function makeStop(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}
