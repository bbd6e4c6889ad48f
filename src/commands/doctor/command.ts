// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen doctor`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declareDoctor(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Find out what keeps kaizen from recording.\n" +
        "Names the repair of each fault. Looks at the home, the daemon, the spool, the store and the hooks, and changes nothing. Exits 1 if something needs repair. Works without a daemon.",
    )
    .example("Look at everything", "kaizen doctor")
    .example(
      "Print only what needs repair",
      `kaizen doctor --json | jq '.findings[] | select(.level == "fault")'`,
    )
    .option(
      "--quick",
      "Do not copy the store to check its content",
    )
    .action(({ quick, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runDoctor } = await import("./run.ts");
        return await runDoctor({ isQuick: quick ?? false }, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen doctor`. */
export function makeDoctor(cli: Cli): ReturnType<typeof declareDoctor> {
  return declareDoctor(cli);
}
