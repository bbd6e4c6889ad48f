// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen status`, also `kaizen daemon status`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { runStatus } from "./run.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { durationType } from "../shell/value_types.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show whether the daemon runs, and what waits in the spool.\n" +
        "Exits 0 when it runs, 3 when it is stopped, 4 when it does not answer.",
    )
    .example("how is it?", "kaizen status")
    .example("its pid, for a script", "kaizen status --json | jq .pid")
    .example("wait until it is up", "kaizen status --wait 5s")
    .type("duration", durationType)
    .option(
      "--wait <duration:duration>",
      "Ask again until it runs, for this long (default: ask once)",
    )
    .option(
      "--show-token",
      "Show the web token, which is otherwise replaced by *** (default: off)",
    )
    .action(({ wait, showToken, ...flags }) => {
      cli.choose(flags, async (run) => {
        return await runStatus(
          { waitMs: wait ?? null, showsToken: showToken ?? false },
          run,
        );
      });
    });
}

/** The command `kaizen status`. */
export function makeStatus(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}
