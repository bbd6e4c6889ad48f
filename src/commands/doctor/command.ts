// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen doctor`.
 * @module
 */
import { Command } from "@cliffy/command";
import { UsageError } from "../../context/mod.ts";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";

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
    .example(
      "Find hooks that do not run, by the calls in transcripts",
      "kaizen doctor --coverage",
    )
    .type("word", wordType)
    .arguments("[id:word]")
    .option(
      "--coverage",
      "Compare the calls in transcripts with those that hooks reported, for the session ID or else for the newest 100 sessions",
    )
    .option(
      "--quick",
      "Do not copy the store to check its content",
    )
    .action(({ quick, coverage, ...flags }, id) => {
      cli.choose(flags, async (run) => {
        if (coverage === true) {
          const { runCoverage } = await import("./run_coverage.ts");
          return await runCoverage(id ?? null, run);
        }
        if (id !== undefined) {
          throw new UsageError(
            "Only doctor --coverage takes the ID of a session",
          );
        }
        const { runDoctor } = await import("./run.ts");
        return await runDoctor({ isQuick: quick ?? false }, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen doctor`. */
export function makeDoctor(cli: Cli): ReturnType<typeof declareDoctor> {
  return declareDoctor(cli);
}
