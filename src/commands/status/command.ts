// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen status`, also called `kaizen daemon status`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { durationType } from "../shell/value_types.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show the status of the daemon and the spool.\n" +
        "Exits 0 if the daemon is running, 3 if it is stopped, 4 if it does not answer.",
    )
    .example("Check whether the daemon is running", "kaizen status")
    .example(
      "Print the process id of the daemon",
      "kaizen status --json | jq .pid",
    )
    .example("Wait until the daemon is running", "kaizen status --wait 5s")
    .type("duration", durationType)
    .option(
      "--wait <duration:duration>",
      "Wait up to DURATION for the daemon to run (default: do not wait)",
    )
    .option(
      "--show-token",
      "Show the web token, which is replaced by *** otherwise",
    )
    .action(({ wait, showToken, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runStatus } = await import("./run.ts");
        return await runStatus(
          { waitMs: wait ?? null, showsToken: showToken ?? false },
          run,
        );
      });
    });
}

/** Makes the command `kaizen status`. */
export function makeStatus(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}
